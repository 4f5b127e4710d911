"""Requests in two languages: an invented case told in seven languages, in the words people would use."""

from __future__ import annotations

from typing import Any

FACTS = {
    "en": "On 20 November 2026 callers moved 2.4 ETH from account A-117 to account B-220.\nThe money left within two hours.",
    "fr": "Le 20 novembre 2026, des escrocs ont transféré 2,4 ETH du compte A-117 au compte B-220 : « c'est urgent ».\nLes fonds sont repartis dans les deux heures.",
    "es": "El 20 de noviembre de 2026 se transfirieron 2,4 ETH de la cuenta A-117 a la cuenta B-220. ¿Por qué? Por engaño.\nEl dinero salió en dos horas.",
    "ru": "20 ноября 2026 года со счёта A-117 на счёт B-220 было переведено 2,4 ETH.\nДеньги ушли в течение двух часов.",
    "zh": "2026年11月20日，来电者将2.4 ETH从账户A-117转至账户B-220。\n资金在两小时内转出。",
    "ar": "في 20 نوفمبر 2026 حُوِّل مبلغ 2.4 ETH من الحساب A-117 إلى الحساب B-220 (انظر الملحق «B»)، أي ١٢٪ من الرصيد.\nوخرجت الأموالُ خلال ساعتين.",
    "vi": "Ngày 20 tháng 11 năm 2026, 2,4 ETH đã bị chuyển từ tài khoản A-117 sang tài khoản B-220.\nTiền đã rời đi trong vòng hai giờ.",
}
NECESSITY = {
    "en": "Logs are overwritten after thirty days.",
    "fr": "Les journaux sont écrasés après trente jours.",
    "es": "Los registros se sobrescriben a los treinta días.",
    "ru": "Журналы перезаписываются через тридцать дней.",
    "zh": "日志在三十天后被覆盖。",
    "ar": "تُستبدل السجلات بعد ثلاثين يومًا.",
    "vi": "Nhật ký bị ghi đè sau ba mươi ngày.",
}
PAIRS = ["en+fr", "en+es", "en+ar", "en+zh", "en+ru", "en+vi", "ar+en", "zh+ar", "ar+fr", "vi+ru"]


def told(request: dict[str, Any], first: str, second: str = "", *, counts: str = "original") -> dict[str, Any]:
    """Give *request* with its facts and necessity told in one language, and in a second beside it."""
    one = request | {
        "language": first,
        "case": request["case"] | {"facts": FACTS[first]},
        "contents": [{"id": "necessity", "text": NECESSITY[first]}],
    }
    if not second:
        return one
    texts = [{"field": "case.facts", "text": FACTS[second]}, {"field": "contents[0].text", "text": NECESSITY[second]}]
    return one | {"translation": translation(second, texts, counts=counts)}


def translation(language: str, texts: list[dict[str, str]], *, counts: str = "original") -> dict[str, Any]:
    """A translation by an invented translator."""
    return {"language": language, "authoritative": counts, "by": "Le Van Mau, sworn translator", "texts": texts}

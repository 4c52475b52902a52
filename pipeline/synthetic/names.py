"""Ordinary names, put together at random: none is anybody's, and any likeness is chance."""

FORENAMES = (
    "Aaron Abdul Abigail Ada Adam Aisha Alexander Alfie Alice Amelia Amir Amy Anya Archie Arjun Arthur Asha Ava Bella Ben "
    "Bilal Caleb Cara Charlie Charlotte Chloe Connor Daisy Daniel Darcey David Dylan Edith Edward Eleanor Elijah Eliza "
    "Ella Elsie Emily Emma Ethan Eva Evie Faith Farah Felix Finley Florence Frankie Freddie Freya George Grace Gracie "
    "Hamza Hannah Harper Harrison Harry Harvey Heidi Henry Holly Hugo Ibrahim Imogen Iris Isaac Isabella Isla Jack Jacob "
    "Jake James Jasmine Jaxon Jessica Joseph Joshua Jude Kai Kofi Lara Layla Leah Leo Lewis Liam Lily Logan Lola Louie "
    "Louis Luca Lucas Lucy Luna Lydia Maisie Maria Martha Maryam Mason Matilda Max Maya Megan Mia Millie Mohammed Molly "
    "Muhammad Myla Nancy Nathan Niamh Noah Nora Oliver Olivia Omar Oscar Owen Penelope Phoebe Poppy Rafael Reggie Reuben "
    "Riley Robyn Roman Ronnie Rory Rose Rosie Ruby Ryan Samira Samuel Sara Scarlett Sebastian Sienna Sofia Sophie Stanley "
    "Summer Teddy Thea Theo Theodore Thomas Tobias Toby Tommy Violet William Willow Yusuf Zachary Zara Zoe"
).split()

SURNAMES = (
    "Adams Ahmed Akhtar Ali Allen Anderson Bailey Baker Barker Barnes Begum Bell Bennett Brown Butler Campbell Carter "
    "Chapman Clark Clarke Collins Cook Cooper Cox Davies Davis Dixon Edwards Ellis Evans Fisher Foster Fox Gibson Gill "
    "Graham Grant Gray Green Griffiths Hall Harris Harrison Harvey Hill Holmes Howard Hughes Hunt Hussain Jackson James "
    "Jenkins Johnson Jones Kaur Kelly Khan King Knight Kowalski Lee Lewis Lloyd Marshall Martin Mason Matthews Miller "
    "Mills Mitchell Moore Morgan Morris Murphy Murray Nowak Owen Palmer Parker Patel Phillips Powell Price Reid "
    "Richards Richardson Roberts Robertson Robinson Rogers Rose Russell Shah Shaw Simpson Singh Smith Stevens Stewart "
    "Taylor Thomas Thompson Turner Walker Walsh Ward Watson Watts Webb White Wilkinson Williams Wilson Wood Wright Young"
).split()

ETHNICITIES = {
    "WBRI": 0.610, "WOTH": 0.080, "WIRI": 0.003, "WIRT": 0.001, "WROM": 0.004, "MWBC": 0.015, "MWBA": 0.010,
    "MWAS": 0.017, "MOTH": 0.027, "AIND": 0.042, "APKN": 0.046, "ABAN": 0.019, "AOTH": 0.025, "BAFR": 0.049,
    "BCRB": 0.009, "BOTH": 0.009, "CHNE": 0.010, "OOTH": 0.024,
}  # fmt: skip
"""Shares of pupils, rounded, by DfE's main codes."""

LANGUAGES = {
    "WOTH": ("POL", "RMN", "POR"), "WROM": ("RMN",), "AIND": ("PNJ", "GUJ", "MAL"), "APKN": ("URD", "PNJ"),
    "ABAN": ("BNG",), "AOTH": ("TAM", "PRS"), "BAFR": ("SOM", "YOR"), "CHNE": ("CHI",), "OOTH": ("ARA", "KUR"),
}  # fmt: skip
"""First languages besides English of half the pupils of an ethnicity."""

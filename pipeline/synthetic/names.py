"""Ordinary names, put together at random: none is anybody's, and any likeness is chance."""

GIRLS = (
    "Abigail Ada Aisha Alice Amelia Amy Anya Asha Ava Bella Cara Charlotte Chloe Daisy Darcey Edith Eleanor Eliza "
    "Ella Elsie Emily Emma Eva Evie Faith Farah Florence Freya Grace Gracie Hannah Harper Heidi Holly Imogen Iris "
    "Isabella Isla Jasmine Jessica Lara Layla Leah Lily Lola Lucy Luna Lydia Maisie Maria Martha Maryam Matilda "
    "Maya Megan Mia Millie Molly Myla Nancy Niamh Nora Olivia Penelope Phoebe Poppy Robyn Rose Rosie Ruby Samira "
    "Sara Scarlett Sienna Sofia Sophie Summer Thea Violet Willow Zara Zoe"
).split()

BOYS = (
    "Aaron Abdul Adam Alexander Alfie Amir Archie Arjun Arthur Ben Bilal Caleb Charlie Connor Daniel David Dylan "
    "Edward Elijah Ethan Felix Finley Frankie Freddie George Hamza Harrison Harry Harvey Henry Hugo Ibrahim Isaac "
    "Jack Jacob Jake James Jaxon Joseph Joshua Jude Kai Kofi Leo Lewis Liam Logan Louie Louis Luca Lucas Mason Max "
    "Mohammed Muhammad Nathan Noah Oliver Omar Oscar Owen Rafael Reggie Reuben Riley Roman Ronnie Rory Ryan Samuel "
    "Sebastian Stanley Teddy Theo Theodore Thomas Tobias Toby Tommy William Yusuf Zachary"
).split()

SURNAMES = (
    "Adams Ahmed Akhtar Ali Allen Anderson Bailey Baker Barker Barnes Begum Bell Bennett Brown Butler Campbell "
    "Carter Chapman Clark Clarke Collins Cook Cooper Cox Davies Davis Dixon Edwards Ellis Evans Fisher Foster Fox "
    "Gibson Gill Graham Grant Gray Green Griffiths Hall Harris Harrison Harvey Hill Holmes Howard Hughes Hunt "
    "Hussain Jackson James Jenkins Johnson Jones Kaur Kelly Khan King Knight Kowalski Lee Lewis Lloyd Marshall "
    "Martin Mason Matthews Miller Mills Mitchell Moore Morgan Morris Murphy Murray Nowak Owen Palmer Parker Patel "
    "Phillips Powell Price Reid Richards Richardson Roberts Robertson Robinson Rogers Rose Russell Shah Shaw "
    "Simpson Singh Smith Stevens Stewart Taylor Thomas Thompson Turner Walker Walsh Ward Watson Watts Webb White "
    "Wilkinson Williams Wilson Wood Wright Young"
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

"""Papers for people: an impact assessment, a policy document, a sharing agreement and notices, begun from what a home itself says.

They are skeletons. A data protection officer completes them, and what only a person can say is a blank that says so.
"""

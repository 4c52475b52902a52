"""LEARNING: an opinion on the order of a list, kept only while it is demonstrably better than the plain rule.

Rules decide who is eligible; nothing here does. A model may order those already eligible, by how likely each is to miss a
tenth or more of the next twelve school weeks. It never says who has additional needs, and no number of it is ever shown.

Read `recipe` (what is tried), then `appraisal` (how it is put to the test), then `gate` (what it takes to be used). This is
the only place scikit-learn is imported. All of it is pure but `kept`, which reads and writes one file.
"""

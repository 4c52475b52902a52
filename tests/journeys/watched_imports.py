"""Every module of ours, so that whatever a command may come to can be made to fail; no thread is running when a process is forked from here."""

import importlib
import pkgutil

import models
import pipeline

for _package in (pipeline, models):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)

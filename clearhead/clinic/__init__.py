"""The service: Django, one app per step of the patient's journey.

SQLite 3.7.0 to 3.51.2 carry the WAL-reset corruption fault. Where the fixed library has a wheel, it takes the
standard module's place before Django looks for it; elsewhere `demo` warns and `serve` refuses (checks.py).
"""

import importlib.util
import sys

if importlib.util.find_spec("pysqlite3") is not None:
    sys.modules["sqlite3"] = importlib.import_module("pysqlite3")
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")

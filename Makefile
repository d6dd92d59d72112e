PY = .venv/bin/python

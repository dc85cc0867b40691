# Two commands matter: `make run` and `make test`. The rest serve them.
PY := .venv/bin/python
FAST := tests -m "not browser and not slow" -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: run check test format lock messages password demo screenshots documents benchmarks clean

run: .venv/ready
	$(PY) -m geo_tracker run

check: .venv/ready-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q $(FAST)

test: .venv/ready-dev
	bash scripts/test.sh

format: .venv/ready-dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

password: .venv/ready
	$(PY) -m geo_tracker user reset admin

demo: .venv/ready
	$(PY) -m geo_tracker demo files

screenshots: .venv/ready-dev
	$(PY) scripts/screenshots.py

# What follows from the code: tables of settings and licences.
documents: .venv/ready-dev
	$(PY) -m scripts.documents

benchmarks: .venv/ready-dev
	for name in importing lineage maps tiles tile_requests; do $(PY) -m benchmarks.$$name || exit 1; done

# The lock is made from the short lists of what is chosen; see requirements.in.
lock: .venv/ready-dev
	$(PY) -m pip install -q pip-tools
	.venv/bin/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --no-header --upgrade requirements.in -o requirements.txt
	.venv/bin/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --no-header --upgrade requirements-dev.in -o requirements-dev.txt

# Takes new texts into the catalogue, where they wait for their translation.
messages: .venv/ready-dev
	mkdir -p build
	.venv/bin/pybabel -q extract -F babel.cfg -k N_ --no-location --sort-output -o build/messages.pot .
	.venv/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 100 -N -i build/messages.pot -d geo_tracker/translations
	sed -i -E '/^"(Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)/d' geo_tracker/translations/*/LC_MESSAGES/messages.po
	.venv/bin/pybabel -q compile -d geo_tracker/translations

.venv/bin/python:
	python3 -m venv .venv

.venv/ready: .venv/bin/python requirements.txt geo_tracker/translations/zh_Hans_CN/LC_MESSAGES/messages.po
	$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt
	.venv/bin/pybabel -q compile -d geo_tracker/translations
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(PY) -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache

#!/usr/bin/env bash
# All tests. Installs what they need beyond Python, where it is to be had, and says in its last
# lines what could not run and why; in CI nothing may be left out.
set -uo pipefail
cd "$(dirname "$0")/.."
missing=()

have_browser() { command -v chromium >/dev/null || [ -x /usr/bin/chromium ]; }
have_cjk_font() { fc-list :lang=zh-cn 2>/dev/null | grep -q .; }
have_postgis() { ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; }

if ! have_browser || ! have_cjk_font || ! have_postgis; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || true
    for package in chromium fonts-noto-cjk postgresql postgresql-postgis; do
      apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
        echo "could not install $package"
    done
  fi
fi
have_browser || missing+=("browser tests: no Chromium (Debian package chromium)")
have_postgis || missing+=("PostGIS tests: no PostgreSQL with PostGIS (Debian packages postgresql, postgresql-postgis)")

status=0
.venv/bin/ruff format --check . || status=1
.venv/bin/ruff check . || status=1
.venv/bin/mypy || status=1
.venv/bin/lint-imports || status=1
markers=()
have_browser || markers+=("not browser")
have_postgis || markers+=("not postgis")
expression=$(printf '%s and ' "${markers[@]+"${markers[@]}"}" | sed 's/ and $//')
.venv/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder ${expression:+-m "$expression"} tests || status=1

for line in "${missing[@]+"${missing[@]}"}"; do echo "NOT RUN: $line"; done
if [ "${#missing[@]}" -gt 0 ] && [ "${CI:-}" = true ]; then
  echo "In CI nothing may be left out."
  status=1
fi
exit $status

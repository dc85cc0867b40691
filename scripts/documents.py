"""Write the parts of the documents that follow from the code: settings and licences."""

import json
import re
from dataclasses import fields
from importlib import metadata
from pathlib import Path

from geo_tracker.config import Settings, environment_name
from geo_tracker.language import LOCALES, Message, translate

ROOT = Path(__file__).resolve().parents[1]
READMES = {"README.md": "en", "README.zh-CN.md": LOCALES[0]}
LICENCES = ROOT / "docs" / "licences.md"
HEADS = {
    "en": ("| Variable | Default | What it does |", "the folder `data`"),
    LOCALES[0]: ("| 环境变量 | 默认值 | 作用 |", "`data` 文件夹"),
}
# Said in the package's licence file only.
STATED = {"huey": "MIT"}
SHORT = {
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
}


def settings_table(language: str) -> str:
    """Return all settings as a Markdown table."""
    head, data_folder = HEADS[language]
    lines = [head, "|---|---|---|"]
    for setting in fields(Settings):
        default = data_folder if setting.name == "data_dir" else f"`{setting.default}`"
        if setting.default == "":
            default = "—"
        text = translate(Message(setting.metadata["help"]), language)
        lines.append(f"| `{environment_name(setting.name)}` | {default} | {text} |")
    return "\n".join(lines)


def with_table(text: str, name: str, table: str) -> str:
    """Return a document with the part between two marks replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    found, count = pattern.subn(lambda marks: marks[1] + table + marks[2], text)
    if count != 1:
        raise SystemExit(f"The marks of {name} are missing.")
    return found


def licence_of(package: str) -> str:
    """Return the licence a package states of itself."""
    about = metadata.metadata(package).json
    stated = str(about.get("license_expression") or about.get("license") or "")
    if stated and "\n" not in stated:
        return stated
    classes = [str(line).split(" :: ")[-1] for line in about.get("classifier") or []]
    classes = [line for line in classes if "License" in line]
    return SHORT.get(classes[0], classes[0]) if classes else STATED[package.lower()]


def runtime_packages() -> list[tuple[str, str]]:
    """Return name and version of what the program is shipped with."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", lock, re.MULTILINE)


def licences() -> str:
    """Return the list of parts by others."""
    vendored = json.loads(
        (ROOT / "geo_tracker" / "static" / "vendor" / "vendor.json").read_text(encoding="utf-8")
    )
    lines = [
        "# Parts by others",
        "",
        "Written by `make documents`; do not edit.",
        "",
        "## In the browser",
        "",
        "Kept in `geo_tracker/static/vendor/` with their licences beside them.",
        "",
        "| Part | Version | Licence |",
        "|---|---|---|",
        *(f"| {part['name']} | {part['version']} | {part['licence']} |" for part in vendored),
        "",
        "## In Python",
        "",
        "Installed unchanged from their packages, not copied into the program. Those under LGPL",
        "(psycopg, needed only with PostgreSQL) and MPL are used as they are, as libraries.",
        "",
        "| Package | Version | Licence |",
        "|---|---|---|",
        *(f"| {name} | {version} | {licence_of(name)} |" for name, version in runtime_packages()),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Write the parts."""
    for name, language in READMES.items():
        file = ROOT / name
        text = file.read_text(encoding="utf-8")
        file.write_text(with_table(text, "settings", settings_table(language)), encoding="utf-8")
    LICENCES.write_text(licences(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Bring scripts and styles of others into ``static/vendor``, with a record of what they are.

``python scripts/vendor.py`` fetches the pinned packages from the npm registry and writes the
files, their licences and ``vendor.json``; ``--check`` compares the files on disk with that record
and needs no network.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parents[1] / "geo_tracker" / "static" / "vendor"

RECORD = "vendor.json"


@dataclass(frozen=True)
class Package:
    """An npm package at one version, and which of its files are served."""

    name: str
    version: str
    files: tuple[str, ...]
    folder: str
    purpose: str


PACKAGES = (
    Package(
        "leaflet",
        "1.9.4",
        (
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
            "dist/images/marker-icon-2x.png",
            "dist/images/marker-shadow.png",
        ),
        "leaflet",
        "maps",
    ),
    Package("htmx.org", "2.0.11", ("dist/htmx.min.js",), "htmx", "parts of pages that change"),
    Package(
        "bootstrap", "5.3.9", ("dist/css/bootstrap.min.css",), "bootstrap", "the kit of all pages"
    ),
    Package(
        "@expo-google-fonts/noto-sans-sc",
        "0.4.3",
        (
            "400Regular/NotoSansSC_400Regular.ttf",
            "700Bold/NotoSansSC_700Bold.ttf",
            # The package's own LICENSE is about its scripts.
            "LICENSE_FONT",
        ),
        "noto-sans-sc",
        "letters of printed sheets",
    ),
)

# A source map is not served, and a browser's developer tools would ask for it.
_SOURCE_MAP = re.compile(rb"\s*(?://[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=.*?\*/)")


def served_bytes(name: str, received: bytes) -> bytes:
    """Return a package's file as it is served: scripts and styles without source-map comments."""
    if name.endswith((".js", ".css")):
        return _SOURCE_MAP.sub(b"", received).rstrip() + b"\n"
    return received


def served_name(name: str) -> str:
    """Return where a package's file lies inside its vendor folder."""
    # `images` stays a folder: leaflet.css names it.
    parts = Path(name).parts
    return "/".join(parts[-2:] if parts[-2:-1] == ("images",) else parts[-1:])


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetched(package: Package, destination: Path) -> dict[str, Any]:
    """Fetch a package, write its files and licence, and return its entry of the record."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            [
                shutil.which("npm") or "npm",
                "pack",
                f"{package.name}@{package.version}",
                "--json",
                "--ignore-scripts",
                "--pack-destination",
                folder,
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        (described,) = json.loads(packed.stdout)
        with tarfile.open(Path(folder) / described["filename"]) as archive:
            archive.extractall(folder, filter="data")
        received = Path(folder) / "package"
        licence = json.loads((received / "package.json").read_text(encoding="utf-8"))["license"]
        target = destination / package.folder
        shutil.rmtree(target, ignore_errors=True)
        for name in (*package.files, "LICENSE"):
            path = target / served_name(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(served_bytes(name, (received / name).read_bytes()))
    return {
        "name": package.name,
        "version": package.version,
        "licence": licence,
        "purpose": package.purpose,
        "integrity": described["integrity"],
        "files": {
            path.relative_to(destination).as_posix(): sha256(path)
            for path in sorted(target.rglob("*"))
            if path.is_file()
        },
    }


def differences(destination: Path) -> list[str]:
    """Return in words how the files in a vendor folder differ from their record."""
    record = json.loads((destination / RECORD).read_text(encoding="utf-8"))
    recorded = {name: digest for entry in record for name, digest in entry["files"].items()}
    present = {
        path.relative_to(destination).as_posix()
        for path in destination.rglob("*")
        if path.is_file() and path != destination / RECORD
    }
    found = [f"{name}: recorded but missing" for name in sorted(recorded.keys() - present)]
    found += [f"{name}: not in the record" for name in sorted(present - recorded.keys())]
    found += [
        f"{name}: differs from its record"
        for name in sorted(present & recorded.keys())
        if sha256(destination / name) != recorded[name]
    ]
    pinned = {(package.name, package.version) for package in PACKAGES}
    recorded_versions = {(entry["name"], entry["version"]) for entry in record}
    found += [
        f"{name} {version}: pinned and recorded versions differ"
        for name, version in sorted(pinned ^ recorded_versions)
    ]
    return found


def main() -> int:
    """Fetch and record, or check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare files with their record")
    if parser.parse_args().check:
        found = differences(VENDOR)
        print("\n".join(found) or "Vendored files are as recorded.")
        return 1 if found else 0
    VENDOR.mkdir(parents=True, exist_ok=True)
    entries = [fetched(package, VENDOR) for package in PACKAGES]
    (VENDOR / RECORD).write_text(
        json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for entry in entries:
        print(
            f"{entry['name']} {entry['version']} ({entry['licence']}): {len(entry['files'])} files"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

# The calls in C files, preprocessed, as clang sees them: one line of JSON a file.
import json, subprocess, sys, os

def strip(e):
    while e.get("kind") == "ImplicitCastExpr" or e.get("kind") == "ConstantExpr":
        e = e["inner"][0]
    return e

def end(e):
    r = e["range"]["end"]
    return r["offset"] + r["tokLen"]

def unquoted(s):
    body, out, i = s[1:-1], [], 0
    simple = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", '"': '"', "'": "'", "?": "?"}
    while i < len(body):
        if body[i] == "\\":
            if body[i + 1] not in simple:
                return None
            out.append(simple[body[i + 1]])
            i += 2
        else:
            out.append(body[i])
            i += 1
    return "".join(out)

def value(e):
    e = strip(e)
    while e.get("kind") in ("CStyleCastExpr", "ImplicitCastExpr", "ParenExpr"):
        e = e["inner"][-1]
    if e["kind"] == "IntegerLiteral":
        return "i%d" % int(e["value"])
    if e["kind"] == "StringLiteral":
        s = unquoted(e["value"]) if e["value"].startswith('"') else None
        return "s" + s if s is not None else "b"
    if e["kind"] == "DeclRefExpr":
        return "n" + e["referencedDecl"]["name"]
    if e["kind"] == "PredefinedExpr":
        return "n" + e["name"]
    if e["kind"] == "MemberExpr":
        base = strip(e["inner"][0])
        while base["kind"] == "MemberExpr":
            base = strip(base["inner"][0])
        return "n" + e["name"] if base["kind"] == "DeclRefExpr" else "?"
    return "?"

def walk(n, out):
    if n.get("kind") == "CallExpr":
        f = strip(n["inner"][0])
        while f.get("kind") == "ParenExpr":
            f = strip(f["inner"][0])
        name = f["referencedDecl"]["name"] if f["kind"] == "DeclRefExpr" else f.get("name", "") if f["kind"] == "MemberExpr" else ""
        out.append({"start": n["range"]["begin"]["offset"], "end": end(n), "name": name, "args": [["", value(a)] for a in n["inner"][1:]]})
    for c in n.get("inner", []):
        walk(c, out)

clang = sys.argv[1]
for line in sys.stdin:
    path = line.strip()
    folder = os.path.dirname(path)
    include = ["-I", folder, "-I", folder + "/../common", "-I", folder + "/../.."]
    p = subprocess.run([clang, "-E", "-P", "-D_GNU_SOURCE", "-w"] + include + [path], capture_output=True)
    if p.returncode or b"_Generic" in p.stdout:
        continue
    text = p.stdout.decode("utf-8", "replace")
    p = subprocess.run([clang, "-x", "cpp-output", "-fsyntax-only", "-w", "-Xclang", "-ast-dump=json", "-"], input=text.encode(), capture_output=True)
    if p.returncode or not text.isascii():
        continue
    calls = []
    sys.setrecursionlimit(100000)
    walk(json.loads(p.stdout), calls)
    json.dump({"path": path, "text": text, "calls": calls}, sys.stdout)
    print()

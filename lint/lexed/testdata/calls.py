# The calls in Python files as Python's own parser sees them: one line of JSON a file.
import ast, json, sys, tokenize

def dotted(e):
    if isinstance(e, ast.Name):
        return e.id
    if isinstance(e, ast.Attribute):
        x = dotted(e.value)
        return x + "." + e.attr if x else ""
    return ""

def value(e):
    if isinstance(e, ast.Constant):
        if type(e.value) is int and e.value < 2**64:
            return "i%d" % e.value
        if type(e.value) is str and not any(0xD800 <= ord(c) <= 0xDFFF for c in e.value):
            return "s" + e.value
        if e.value is None or type(e.value) is bool:
            return "n%s" % e.value
        if type(e.value) is bytes and all(b < 128 for b in e.value):
            return "s" + e.value.decode()
        return "b" if type(e.value) is bytes else "?"
    if isinstance(e, ast.Name) or isinstance(e, ast.Attribute):
        n = dotted(e)
        return "n" + n if n else "?"
    return "?"

for line in sys.stdin:
    path = line.strip()
    try:
        data = open(path, "rb").read()
        text = data.decode("utf-8")
        if "\r" in text or "\f" in text or data[:3] == b"\xef\xbb\xbf" or "\\N{" in text:  # \\N needs the table of Unicode's names
            continue
        tree = ast.parse(data)
    except Exception:
        continue
    if any(not x.isascii() for n in ast.walk(tree) for x in (getattr(n, "id", ""), getattr(n, "attr", "")) if isinstance(x, str)):
        continue  # the parser puts them into another form
    starts = [0]
    for i, c in enumerate(data):
        if c == 10:
            starts.append(i + 1)
    inside = set()
    for f in ast.walk(tree):
        if isinstance(f, ast.JoinedStr):
            for c in ast.walk(f):
                if isinstance(c, ast.Call):
                    inside.add(c)
    calls, formatted = [], []
    for c in ast.walk(tree):
        if not isinstance(c, ast.Call):
            continue
        f = c.func
        name = f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else ""
        if c in inside:
            formatted.append(name)
            continue
        ends = starts[c.end_lineno - 1] + c.end_col_offset
        args = [("*", "*" if isinstance(a, ast.Starred) else value(a)) for a in c.args]
        args = [["", "*"] if v == "*" else ["", v] for _, v in args]
        keywords = [[k.arg or "", value(k.value) if k.arg else "*"] for k in c.keywords]
        order = sorted([(a.lineno, a.col_offset, x) for a, x in zip(c.args, args)] +
                       [(k.value.lineno, k.value.col_offset, x) for k, x in zip(c.keywords, keywords)], key=lambda t: t[:2])
        calls.append({"start": starts[c.lineno - 1] + c.col_offset, "end": ends, "name": name, "args": [x for _, _, x in order]})
    json.dump({"path": path, "calls": calls, "formatted": sorted(formatted)}, sys.stdout)
    print()

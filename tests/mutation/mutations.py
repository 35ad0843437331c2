"""One-token changes of C text: where one can be made, and what the text is then.

Knows C only as tokens: comments, texts and preprocessor lines are left alone, and a
change that does not compile is found out by the compiler.
"""

import dataclasses
import re

# Comments, strings and preprocessor lines are blanked, their lengths kept.
BLANKED = re.compile(
    r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*|^[ \t]*#(?:\\\n|[^\n])*|\'"\'|_Static_assert\([^;]*;|\bassert\([^;]*;',
    re.S | re.M,
)
TOKEN = re.compile(
    r"0[xX][0-9A-Fa-f]+[uUlL]*|\d[\w.]*|[A-Za-z_]\w*|'(?:\\.|[^'\\])'"
    r"|<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\S"
)
SWAPS = {
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&",
    "+=": "-=", "-=": "+=", "++": "--", "--": "++", "<<": ">>", ">>": "<<", "|=": "&=", "&=": "|=",
    "true": "false", "false": "true",
}
BINARY_SWAPS = {"+": "-", "-": "+", "&": "|", "|": "&", "*": "/", "/": "*", "%": "/"}
NUMBER = re.compile(r"(0[xX])?([0-9A-Fa-f]+)([uUlL]*)\Z")
WORD = re.compile(r"\w+\Z")
KEYWORDS = {"return", "case", "sizeof", "if", "while", "for", "switch", "else", "goto", "do"}
TYPES = {"char", "int", "long", "unsigned", "void", "double", "const", "bool", "size_t"}
# Their arguments may change places, and nothing is different.
SYMMETRIC = {"str_eq", "str_eq_nocase", "str_distance", "json_equal"}
STATEMENT = re.compile(r"(\t+)((?!static |struct |const |enum |case |default|goto |return |\}|\{)[*\w(].*;)")
DECLARATION = re.compile(r"(?:unsigned |long )?[a-z_]\w* \**\w+(?:\[.*\])?(?: = |;|,)")
BEFORE_STATEMENT = re.compile(r"(?:[;{}:)]|\belse|\*/)\s*\Z")


@dataclasses.dataclass(frozen=True)
class Mutation:
    path: str
    start: int
    end: int
    text: str

    def apply(self, source):
        return source[: self.start] + self.text + source[self.end :]

    def line(self, source):
        return source.count("\n", 0, self.start) + 1

    def lines(self, source):
        """The lines concerned, before and after, without their indent."""
        number = self.line(source)
        count = source.count("\n", self.start, self.end) + 1
        changed = self.apply(source)
        after = self.text.count("\n") + 1
        cut = lambda text, n: " ".join(x.strip() for x in text.split("\n")[number - 1 : number - 1 + n])
        return cut(source, count), cut(changed, after)


def blank(source):
    def spaces(found):
        text = found.group()
        filler = "s" if text.startswith('"') else " "
        return re.sub(r"[^\n]", filler, text)

    return BLANKED.sub(spaces, source)


def is_operand(token):
    return token in (")", "]") or (WORD.match(token) and token not in KEYWORDS | TYPES)


def other_numbers(token):
    found = NUMBER.match(token)
    if not found or (not found.group(1) and not found.group(2).isdigit()):
        return []
    prefix, digits, suffix = found.group(1) or "", found.group(2), found.group(3)
    value = int(digits, 16 if prefix else 10)
    shape = "{}{:X}{}" if prefix else "{}{}{}"
    return [shape.format(prefix, n, suffix) for n in (value + 1, value - 1) if n >= 0]


def other_tokens(token, before, spaced):
    """What may stand in the token's place; a binary operator has a space behind it, a pointer's star has not."""
    if token in SWAPS:
        return [SWAPS[token]]
    if token in BINARY_SWAPS:
        return [BINARY_SWAPS[token]] if is_operand(before) and spaced else []
    if token == "!":
        return [""]
    if token[0] == "'" and len(token) == 3 and 0x21 < ord(token[1]) < 0x7E:
        return ["'%c'" % c for c in (ord(token[1]) + 1, ord(token[1]) - 1) if c not in (0x27, 0x5C, 0x22)]
    if token[0].isdigit():
        return other_numbers(token)
    return []


def token_changes(path, source, tokens):
    for i, (start, token) in enumerate(tokens):
        before, end = tokens[i - 1][1] if i else ";", start + len(token)
        others = other_tokens(token, before, source[end : end + 1].isspace())
        choices = [Mutation(path, start, end, text) for text in others]
        if choices:
            yield choices


def argument_spans(tokens, opening):
    """Start and end of each argument of the parenthesis that opens at `opening`."""
    spans, depth, begin = [], 0, tokens[opening][0] + 1
    for start, token in tokens[opening:]:
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
        if token == ";":
            return []
        if (token == "," and depth == 1) or depth == 0:
            spans.append((begin, start))
            begin = start + 1
        if depth == 0:
            return spans
    return []


def is_call(path, source, start, name):
    """Not a declaration, which stands at the begin of a line; in a .def every row does."""
    line = source[source.rfind("\n", 0, start) + 1 : start]
    return WORD.match(name) and name not in KEYWORDS | SYMMETRIC and (line[:1] == "\t" or path.endswith(".def"))


def argument_swaps(path, source, tokens):
    for i in range(1, len(tokens)):
        if tokens[i][1] != "(" or not is_call(path, source, tokens[i][0], tokens[i - 1][1]):
            continue
        spans = argument_spans(tokens, i)
        choices = []
        for (a, b), (c, d) in zip(spans, spans[1:]):
            first, second = source[a:b], source[c:d]
            if first.strip() == second.strip() or (path.endswith(".def") and not ("(" in first and "(" in second)):
                continue
            lead_a, lead_c = first[: len(first) - len(first.lstrip())], second[: len(second) - len(second.lstrip())]
            choices.append(Mutation(path, a, d, lead_a + second.lstrip() + "," + lead_c + first.lstrip()))
        if choices:
            yield choices


def removals(path, blanked):
    for found in re.finditer(r"^" + STATEMENT.pattern + r"$", blanked, re.M):
        start, statement = found.start(2), found.group(2)
        if DECLARATION.match(statement) or not BEFORE_STATEMENT.search(blanked[: found.start()]):
            continue
        if statement.count("(") == statement.count(")"):
            yield [Mutation(path, start, found.end(2), ";")]


def sites(path, source):
    """Lists of mutations: one list a place, one mutation of each list to be tried."""
    blanked = blank(source)
    tokens = [(found.start(), found.group()) for found in TOKEN.finditer(blanked)]
    yield from token_changes(path, source, tokens)
    yield from argument_swaps(path, source, tokens)
    if path.endswith(".c"):
        yield from removals(path, blanked)

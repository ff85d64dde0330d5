"""The figures, for people and for machines."""

import dataclasses
import json


class Report:
    def __init__(self):
        self.facts = {}
        self.limits = []
        self.work = []
        self.aims = []
        self.remarks = []
        self.failures = []

    def limit(self, name, cpu_ms, rate=None):
        self.limits.append({"name": name, "cpu_ms": cpu_ms, "rate": rate})

    def cost(self, cost):
        self.work.append(vars(cost))

    def aim(self, aim):
        self.aims.append({**dataclasses.asdict(aim), "ratio": aim.ratio, "met": aim.is_met})

    @property
    def as_json(self):
        return json.dumps(vars(self), indent=2)

    @property
    def tables(self):
        lines = [f"{name}: {value}" for name, value in self.facts.items()]
        lines += heading("Limits of this machine", "CPU ms", "a second")
        lines += [row(limit["name"], number(limit["cpu_ms"], 4), rate(limit["rate"])) for limit in self.limits]
        lines += heading("Portico", "CPU ms", "a second", "p50 ms", "p99 ms", "failed")
        for cost in self.work:
            lines.append(row(
                cost["name"], number(cost["cpu_ms"], 4), rate(cost["rate"]), number(cost["p50_ms"], 2), number(cost["p99_ms"], 2), str(cost["failed"])))
        lines += heading("Aims, scaled to this machine", "measured", "aim", "ratio", "")
        for aim in self.aims:
            digits = 4 if aim["unit"] == "CPU ms" else 2
            lines.append(row(
                f"{aim['name']}, {aim['unit']}", number(aim["measured"], digits), number(aim["aim"], digits), number(aim["ratio"], 2),
                "met" if aim["met"] else "missed"))
        if self.remarks:
            lines += ["", *self.remarks]
        if self.failures:
            lines += ["", "Not measured:", *(f"  {failure}" for failure in self.failures)]
        return "\n".join(lines)


def heading(title, *columns):
    line = row(title, *columns)
    return ["", line, "-" * len(line)]


def row(name, *columns):
    return name.ljust(58) + "".join(column.rjust(12) for column in columns)


def number(value, digits):
    return f"{value:.{digits}f}"


def rate(value):
    return "" if value is None else f"{value:,.0f}"

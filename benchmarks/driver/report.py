"""The figures, for people as tables in Markdown, and for machines."""

import dataclasses
import json


class Report:
    def __init__(self):
        self.facts = {}
        self.limits = []
        self.work = []
        self.aims = []
        self.compared = []
        self.growth = []
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
        parts = ["\n".join(f"- {name}: {value}" for name, value in self.facts.items())]
        parts += [self._limits(), *self._work(), self._compared(), self._aims(), self._growth()]
        parts.append("\n".join(f"- {remark}" for remark in self.remarks))
        if self.failures:
            parts.append("Not measured:\n\n" + "\n".join(f"- {failure}" for failure in self.failures))
        return "\n\n".join(part for part in parts if part)

    def _limits(self):
        rows = [(limit["name"], number(limit["cpu_ms"], 4), rate(limit["rate"])) for limit in self.limits]
        return table(("limit of this machine", "CPU ms", "a second"), rows)

    def _work(self):
        for engine in dict.fromkeys(cost["engine"] for cost in self.work):
            rows = [
                (cost["name"], number(cost["cpu_ms"], 4), number(cost["database_ms"], 4), rate(cost["rate"]), number(cost["p50_ms"], 2),
                 number(cost["p99_ms"], 2), number(cost["retries"], 3), str(cost["failed"]))
                for cost in self.work if cost["engine"] == engine]
            yield table((f"Portico on {engine}", "server CPU ms", "database CPU ms", "a second", "p50 ms", "p99 ms", "retried", "failed"), rows)

    def _compared(self):
        rows = [
            (row["name"], number(row["sqlite_ms"], 4), number(row["server_ms"], 4), number(row["database_ms"], 4), number(row["sum_ms"], 4),
             number(row["to_sqlite"], 2), number(row["limit_ms"], 4), number(row["to_limit"], 2))
            for row in self.compared]
        return table(
            ("CPU ms of the same work", "SQLite", "PostgreSQL: server", "database", "sum", "sum to SQLite", "its limits", "sum to limits"), rows)

    def _aims(self):
        rows = []
        for aim in self.aims:
            digits = 4 if aim["unit"] == "CPU ms" else 2
            verdict = "met" if aim["met"] else "missed"
            rows.append((f"{aim['name']}, {aim['unit']}", number(aim["measured"], digits), number(aim["aim"], digits), number(aim["ratio"], 2), verdict))
        return table(("aim, scaled to this machine", "measured", "aim", "ratio", ""), rows)

    def _growth(self):
        rows = [
            (row["engine"], row["work"], f"{row['residents']:,}", number(row["server_ms"], 4), number(row["database_ms"], 4), number(row["sum_ms"], 4),
             number(row["ratio"], 3), number(row["retries"], 3), f"{row['failed']:.2%}")
            for row in self.growth]
        return table(("engine", "work", "residents", "server CPU ms", "database CPU ms", "sum", "to the smallest", "retried", "failed"), rows)


def table(heading, rows):
    """A table in Markdown, its columns aligned for those who read it as it is. Nothing where there are no rows."""
    if not rows:
        return ""
    lines = [heading, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heading))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def row(cells):
        first, *others = zip(cells, widths)
        return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"

    return "\n".join([row(heading), row(rule), *(row(cells) for cells in rows)])


def number(value, digits):
    return "" if value is None else f"{value:.{digits}f}"


def rate(value):
    return "" if value is None else f"{value:,.0f}"

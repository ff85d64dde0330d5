import Administration
import Primitives

/// A copy under way and a finished one, for people and for machines.
enum DatabaseCopyText {
    static func line(of progress: CopyProgress) -> String {
        let place = "\(progress.table), \(progress.number) of \(progress.tables)"
        return switch progress.step {
        case .copying: "copying \(place): \(progress.rows) rows"
        case .comparing: "comparing \(place)"
        }
    }

    static func text(of report: CopyReport, from source: DatabaseLocation, to target: DatabaseLocation) -> String {
        var table = Table("TABLE", "ROWS", "SHA-256 OF ITS ROWS")
        for summary in report.tables { table.add(summary.table, String(summary.rows), summary.sha256) }
        let finished = report.isResumed ? "The interrupted copy is finished." : "The copy is finished."
        return """
            \(table.text(styled: Terminal.isStyled))
            \(finished) \(target.text) holds what \(source.text) holds: \(report.rows) rows, each compared.
            To serve it, set database.url; the master key stays the same. Never let servers use both.
            """
    }

    static func json(of report: CopyReport, from source: DatabaseLocation, to target: DatabaseLocation) -> JSONValue {
        let tables = report.tables.map { summary -> JSONValue in
            ["table": .string(summary.table), "rows": .integer(Int64(summary.rows)), "sha256": .string(summary.sha256)]
        }
        return [
            "from": .string(source.text), "to": .string(target.text), "resumed": .bool(report.isResumed), "rows": .integer(Int64(report.rows)),
            "tables": .array(tables),
        ]
    }
}

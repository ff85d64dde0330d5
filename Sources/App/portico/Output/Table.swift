/// Columns for people: aligned by spaces, a heading, no frames. Control characters in a cell are shown as `�`, so that no value can move the
/// cursor or forge a line.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) {
        self.headings = headings
    }

    mutating func add(_ cells: String...) { rows.append(cells.map(Self.plain)) }

    var isEmpty: Bool { rows.isEmpty }

    func text(styled: Bool) -> String {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let heading = line(headings, widths)
        return ([styled ? "\u{1B}[1m\(heading)\u{1B}[0m" : heading] + rows.map { line($0, widths) }).joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        let text = padded.joined(separator: "  ")
        return String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
    }

    static func plain(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// One record as lines of name and value.
struct Listing {
    private var rows: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { rows.append((name, Table.plain(value))) }
    }

    var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { "\($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.value)" }.joined(separator: "\n")
    }
}

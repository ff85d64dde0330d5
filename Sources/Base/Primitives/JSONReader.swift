/// Why a text is not acceptable JSON.
public enum JSONError: Error, Sendable, Hashable {
    case tooLarge
    case tooDeep
    case malformed(offset: Int)
    case duplicateMember(String)
    case invalidUTF8(offset: Int)
    case numberOutOfRange(offset: Int)
}

extension JSONValue {
    /// Reads exactly one JSON text: no duplicate member, no trailing bytes, no lone surrogate, no byte order mark.
    ///
    /// - Parameters:
    ///   - maximumBytes: longer texts are refused before they are read.
    ///   - maximumDepth: how many arrays and objects may be open at once.
    public init(parsing bytes: some Sequence<UInt8>, maximumBytes: Int = 65_536, maximumDepth: Int = 16) throws(JSONError) {
        let bytes = Array(bytes)
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth)
        self = try reader.readText()
    }

    public init(parsing text: String, maximumBytes: Int = 65_536, maximumDepth: Int = 16) throws(JSONError) {
        try self.init(parsing: text.utf8, maximumBytes: maximumBytes, maximumDepth: maximumDepth)
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let maximumDepth: Int
    var offset = 0
    var depth = 0

    private static let few = 24

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func readText() throws(JSONError) -> JSONValue {
        let value = try readValue()
        skipWhiteSpace()
        guard offset == bytes.count else { throw malformed }
        return value
    }

    private var malformed: JSONError { .malformed(offset: offset) }
    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func readValue() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        guard let next else { throw malformed }
        switch next {
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", as: .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", as: .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", as: .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw malformed
        }
    }

    private mutating func readObject() throws(JSONError) -> JSONValue {
        try open()
        var members: [(name: String, value: JSONValue)] = []
        var names: Set<String> = []
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipWhiteSpace()
                guard next == UInt8(ascii: "\"") else { throw malformed }
                let name = try readString()
                // Swift's equality is canonical equivalence: two spellings of one name count as duplicates as well.
                // A few names are compared one by one, which costs less than a set of them.
                if members.count == Self.few { names = Set(members.map(\.name)) }
                let isNew = members.count < Self.few ? !members.contains { $0.name == name } : names.insert(name).inserted
                guard isNew else { throw .duplicateMember(name) }
                guard take(UInt8(ascii: ":")) else { throw malformed }
                members.append((name, try readValue()))
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw malformed }
        }
        depth -= 1
        return .object(JSONObject(distinct: members))
    }

    private mutating func readArray() throws(JSONError) -> JSONValue {
        try open()
        var elements: [JSONValue] = []
        if !take(UInt8(ascii: "]")) {
            repeat { elements.append(try readValue()) } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw malformed }
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func open() throws(JSONError) {
        guard depth < maximumDepth else { throw .tooDeep }
        depth += 1
        offset += 1
    }

    private mutating func readWord(_ word: StaticString, as value: JSONValue) throws(JSONError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard offset + length <= bytes.count else { throw malformed }
        for index in 0..<length where bytes[offset + index] != word.utf8Start[index] { throw malformed }
        offset += length
        return value
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        if next == UInt8(ascii: "0") { offset += 1 } else { try readDigits() }
        var whole = true
        if next == UInt8(ascii: ".") {
            whole = false
            offset += 1
            try readDigits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            whole = false
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            try readDigits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if whole, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw .numberOutOfRange(offset: start) }
        return .double(double)
    }

    private mutating func readDigits() throws(JSONError) {
        let start = offset
        while let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") { offset += 1 }
        guard offset > start else { throw malformed }
    }

    private mutating func readString() throws(JSONError) -> String {
        let start = offset
        offset += 1
        // What was read before the last escape; most strings have none and are taken as they stand.
        var text: [UInt8] = []
        var rest = offset
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let last = bytes[rest..<offset]
                offset += 1
                let string = text.isEmpty ? String(validating: last, as: UTF8.self) : String(validating: text + last, as: UTF8.self)
                guard let string else { throw .invalidUTF8(offset: start) }
                return string
            case UInt8(ascii: "\\"):
                text += bytes[rest..<offset]
                offset += 1
                try readEscape(into: &text)
                rest = offset
            case 0..<0x20:
                throw malformed
            default:
                offset += 1
            }
        }
        throw malformed
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(JSONError) {
        guard let escape = next else { throw malformed }
        offset += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try readScalar()
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw malformed
        }
    }

    private mutating func readScalar() throws(JSONError) -> Unicode.Scalar {
        let first = try readHexadecimal()
        var value = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            guard next == UInt8(ascii: "\\") else { throw malformed }
            offset += 1
            guard next == UInt8(ascii: "u") else { throw malformed }
            offset += 1
            let second = try readHexadecimal()
            guard UTF16.isTrailSurrogate(second) else { throw malformed }
            value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw malformed }
        return scalar
    }

    private mutating func readHexadecimal() throws(JSONError) -> UInt16 {
        guard offset + 4 <= bytes.count else { throw malformed }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue, bytes[offset] < 0x80 else { throw malformed }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }

    /// White space, then `byte` where it stands next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipWhiteSpace()
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }
}

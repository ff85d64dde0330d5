import Primitives

/// A JSON file that an operator wrote.
enum JSONFile {
    static let maximumBytes = 4_194_304

    static func value(_ path: String) throws(CommandFailure) -> JSONValue {
        guard let bytes = try Files.read(path, maximumBytes: maximumBytes) else { throw CommandFailure(.refused, "There is no file \(path).") }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes, maximumBytes: maximumBytes)
        } catch {
            throw CommandFailure(.refused, "\(path) is not acceptable JSON: \(words(error, bytes)).")
        }
    }

    static func object(_ path: String) throws(CommandFailure) -> JSONObject {
        guard let object = try value(path).objectValue else { throw CommandFailure(.refused, "\(path) must hold one JSON object.") }
        return object
    }

    private static func words(_ error: JSONError, _ bytes: [UInt8]) -> String {
        switch error {
        case .tooLarge: "it is too large"
        case .tooDeep: "it is nested too deeply"
        case .duplicateMember(let name): "the member \"\(name)\" occurs twice in one object"
        case .malformed(let offset): "line \(line(of: offset, in: bytes)) is not JSON"
        case .invalidUTF8(let offset): "line \(line(of: offset, in: bytes)) is not UTF-8"
        case .numberOutOfRange(let offset): "line \(line(of: offset, in: bytes)) has a number out of range"
        }
    }

    private static func line(of offset: Int, in bytes: [UInt8]) -> Int { 1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") } }
}

/// One pass over the bytes of a form. What needs no decoding becomes a string straight from its bytes.
enum FormReader {
    private static let ampersand = UInt8(ascii: "&")
    private static let equals = UInt8(ascii: "=")

    static func read(_ bytes: UnsafeBufferPointer<UInt8>, limits: FormLimits) -> Result<[FormParameters.Parameter], OAuthFailure> {
        do throws(OAuthFailure) {
            return .success(try readAll(bytes, limits: limits))
        } catch {
            return .failure(error)
        }
    }

    private static func readAll(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: FormLimits
    ) throws(OAuthFailure) -> [FormParameters.Parameter] {
        guard bytes.count <= limits.totalBytes else { throw OAuthFailure(FormReference.tooLarge) }
        var parameters: [FormParameters.Parameter] = []
        parameters.reserveCapacity(8)
        var start = 0
        while start < bytes.count {
            var end = start
            var separator = -1
            while end < bytes.count, bytes[end] != ampersand {
                if separator < 0, bytes[end] == equals { separator = end }
                end += 1
            }
            if end > start {
                guard parameters.count < limits.parameters else { throw OAuthFailure(FormReference.tooManyParameters) }
                let parameter = try readOne(bytes, start, separator < 0 ? end : separator, end, limits: limits)
                guard !parameters.contains(where: { $0.name == parameter.name }) else {
                    throw OAuthFailure(FormReference.duplicate, "The parameter '\(parameter.name)' occurs more than once.")
                }
                parameters.append(parameter)
            }
            start = end + 1
        }
        return parameters
    }

    /// `start..<separator` is the name; what follows the separator, up to `end`, the value.
    private static func readOne(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ separator: Int, _ end: Int, limits: FormLimits
    ) throws(OAuthFailure) -> FormParameters.Parameter {
        guard separator > start else { throw OAuthFailure(FormReference.emptyName) }
        guard separator - start <= limits.nameBytes else { throw OAuthFailure(FormReference.nameTooLong) }
        let name: String
        do throws(FormDecodingError) {
            name = try FormDecoding.decode(UnsafeBufferPointer(rebasing: bytes[start..<separator]))
        } catch {
            throw OAuthFailure(error.reference, "The name of a parameter \(error.predicate).")
        }
        guard separator < end else { return .init(name: name, value: "") }
        guard end - separator - 1 <= limits.valueBytes else {
            throw OAuthFailure(FormReference.valueTooLong, "The parameter '\(name)' is too long.")
        }
        do throws(FormDecodingError) {
            return .init(name: name, value: try FormDecoding.decode(UnsafeBufferPointer(rebasing: bytes[(separator + 1)..<end])))
        } catch {
            throw OAuthFailure(error.reference, "The parameter '\(name)' \(error.predicate).")
        }
    }
}

/// What is wrong with one encoded text.
enum FormDecodingError: Error {
    case percentCoding, encoding, nul, rawCharacter

    var reference: FormReference {
        switch self {
        case .percentCoding: .percentCoding
        case .encoding: .encoding
        case .nul: .nul
        case .rawCharacter: .rawCharacter
        }
    }

    var predicate: String {
        switch self {
        case .percentCoding: "contains a percent sign that is not followed by two hexadecimal digits"
        case .encoding: "is not UTF-8"
        case .nul: "contains the character NUL"
        case .rawCharacter: "contains a character that must be percent-encoded"
        }
    }
}

enum FormDecoding {
    /// One name or value of a form: `+` is a space, `%` starts two hexadecimal digits, everything else stands for itself and is visible ASCII.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(FormDecodingError) -> String {
        var isPlain = true
        for byte in bytes {
            guard byte.isVisible else { throw byte == 0 ? .nul : .rawCharacter }
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") { isPlain = false }
        }
        if isPlain { return String(decoding: bytes, as: UTF8.self) }
        return try decodeEscapes(bytes)
    }

    private static func decodeEscapes(_ bytes: UnsafeBufferPointer<UInt8>) throws(FormDecodingError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "+"):
                decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard index + 1 < bytes.count, let high = bytes[index].hexadecimalValue, let low = bytes[index + 1].hexadecimalValue
                else { throw .percentCoding }
                let value = high << 4 | low
                guard value != 0 else { throw .nul }
                decoded.append(value)
                index += 2
            default:
                decoded.append(byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .encoding }
        return text
    }
}

/// Parameters of a query or of an `application/x-www-form-urlencoded` body, read strictly (RFC 6749 §3.1, §3.2 and Appendix B).
///
/// Percent coding and UTF-8 must be right, NUL is refused, and no parameter may occur twice, not even empty. An empty value counts as
/// absent. Unknown parameters are kept and ignored. Every refusal is `invalid_request` and names the parameter where it is known.
public struct FormParameters: Sendable, Hashable {
    struct Parameter: Sendable, Hashable {
        let name: String
        let value: String
    }

    let parameters: [Parameter]

    /// - Throws: a failure of ``FormReference``.
    public init(urlEncoded bytes: some Collection<UInt8>, limits: FormLimits = .standard) throws(OAuthFailure) {
        let outcome =
            bytes.withContiguousStorageIfAvailable { FormReader.read($0, limits: limits) }
            ?? Array(bytes).withUnsafeBufferPointer { FormReader.read($0, limits: limits) }
        parameters = try outcome.get()
    }

    public init(urlEncoded text: String, limits: FormLimits = .standard) throws(OAuthFailure) {
        try self.init(urlEncoded: text.utf8, limits: limits)
    }

    init(parameters: [Parameter]) { self.parameters = parameters }

    /// Parameters that were read before, whose names the caller knows to be distinct.
    public init(distinct pairs: [(String, String)]) {
        parameters = pairs.map { Parameter(name: $0.0, value: $0.1) }
    }

    /// Names and decoded values in the order they came. None holds the character NUL.
    public var pairs: [(String, String)] { parameters.map { ($0.name, $0.value) } }

    /// No parameters at all.
    public static let none = FormParameters(parameters: [])

    /// The parameters of both; one that stands in query and body is refused like any other duplicate.
    public static func merging(query: FormParameters, body: FormParameters) throws(OAuthFailure) -> FormParameters {
        for parameter in body.parameters where query.parameters.contains(where: { $0.name == parameter.name }) {
            throw OAuthFailure(FormReference.duplicate, "The parameter '\(parameter.name)' occurs both in the query and in the body.")
        }
        return FormParameters(parameters: query.parameters + body.parameters)
    }

    /// The decoded value; nil where the parameter is absent or empty.
    public subscript(name: String) -> String? {
        for parameter in parameters where parameter.name == name {
            return parameter.value.isEmpty ? nil : parameter.value
        }
        return nil
    }

    /// The names of the parameters that have a value, in the order they came.
    public var names: [String] {
        parameters.lazy.filter { !$0.value.isEmpty }.map(\.name)
    }
}

/// How much a form may hold.
public struct FormLimits: Sendable, Hashable {
    /// Bytes of the whole form before decoding.
    public var totalBytes: Int
    /// Bytes of one decoded name.
    public var nameBytes: Int
    /// Bytes of one value before decoding.
    public var valueBytes: Int
    public var parameters: Int

    public init(totalBytes: Int = 65_536, nameBytes: Int = 128, valueBytes: Int = 32_768, parameters: Int = 100) {
        self.totalBytes = totalBytes
        self.nameBytes = nameBytes
        self.valueBytes = valueBytes
        self.parameters = parameters
    }

    public static let standard = FormLimits()
}

/// Why a form was refused.
public enum FormReference: String, FailureReference {
    case tooLarge = "FORM-01"
    case tooManyParameters = "FORM-02"
    case duplicate = "FORM-03"
    case percentCoding = "FORM-04"
    case encoding = "FORM-05"
    case nul = "FORM-06"
    case rawCharacter = "FORM-07"
    case emptyName = "FORM-08"
    case nameTooLong = "FORM-09"
    case valueTooLong = "FORM-10"

    public var code: OAuthFailure.Code { .invalidRequest }

    public var meaning: String {
        switch self {
        case .tooLarge: "The parameters together are longer than this server reads."
        case .tooManyParameters: "The request has more parameters than this server reads."
        case .duplicate: "A parameter occurs more than once."
        case .percentCoding: "A percent sign is not followed by two hexadecimal digits."
        case .encoding: "A parameter is not UTF-8."
        case .nul: "A parameter contains the character NUL."
        case .rawCharacter: "A parameter contains a character that must be percent-encoded."
        case .emptyName: "A parameter has no name."
        case .nameTooLong: "The name of a parameter is too long."
        case .valueTooLong: "The value of a parameter is too long."
        }
    }
}

import HTTPTypes
import Hummingbird
import NIOCore
import OAuthProtocol

extension Request {
    /// The largest form that is read.
    static let largestForm = 65_536

    /// The parameters of the query, strictly read.
    func queryParameters() throws(OAuthFailure) -> FormParameters {
        guard let query = uri.query else { return .none }
        return try FormParameters(urlEncoded: query)
    }

    /// The parameters of a form body.
    ///
    /// - Throws: 413 for a body beyond the limit, 415 for another media type, `OAuthFailure` for what cannot be read.
    func form() async throws -> FormParameters {
        guard let type = headers[.contentType], Self.isForm(type) else { throw HTTPError(.unsupportedMediaType) }
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: Self.largestForm)
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
        return try FormParameters(urlEncoded: bytes.readableBytesView)
    }

    private static func isForm(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.lowercased()
        return type.trimmingPrefix(" ").prefix { $0 != " " } == "application/x-www-form-urlencoded"
    }
}

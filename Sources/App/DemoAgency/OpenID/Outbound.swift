import AsyncHTTPClient
import Hummingbird

/// The agency's only way out: one request to the provider, one bounded answer. A closure, so that tests answer without a network.
struct Outbound: Sendable {
    let send: @Sendable (Request) async throws -> Response

    struct Request: Sendable {
        var url: String
        var authorization: String?
        /// With a form the request is a POST, without one a GET.
        var form: [(name: String, value: String)]?
    }

    struct Response: Sendable {
        var status: Int
        var cacheControl: String?
        var body: [UInt8]
    }
}

extension Outbound {
    /// Answers larger than this are refused: a discovery document or a key set is a few kilobytes.
    static let maximumBytes = 262_144

    static func http(_ client: HTTPClient) -> Outbound {
        Outbound { request in
            var outgoing = HTTPClientRequest(url: request.url)
            outgoing.headers.add(name: "accept", value: "application/json")
            if let authorization = request.authorization { outgoing.headers.add(name: "authorization", value: authorization) }
            if let form = request.form {
                outgoing.method = .POST
                outgoing.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
                outgoing.body = .bytes(ByteBuffer(string: FormText.encode(form)))
            }
            let answer = try await client.execute(outgoing, timeout: .seconds(10))
            let body = try await answer.body.collect(upTo: maximumBytes)
            return Response(status: Int(answer.status.code), cacheControl: answer.headers.first(name: "cache-control"), body: Array(buffer: body))
        }
    }
}

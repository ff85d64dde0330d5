import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Web

@Suite struct RequestDeadlineTests {
    /// A connection whose time is moved by hand.
    private struct Connection {
        let channel: EmbeddedChannel

        init() throws {
            channel = EmbeddedChannel(handler: RequestDeadline())
            try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func head() throws {
            try channel.writeInbound(HTTPRequestPart.head(HTTPRequest(method: .post, scheme: "http", authority: "id.example", path: "/token")))
        }
        func body() throws { try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "a"))) }
        func end() throws { try channel.writeInbound(HTTPRequestPart.end(nil)) }
        func answer() throws {
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        }
        func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
        var isOpen: Bool { channel.isActive }
    }

    @Test("a connection on which no request arrives is closed")
    func silent() throws {
        let connection = try Connection()
        connection.pass(RequestDeadline.headTime - .seconds(1))
        #expect(connection.isOpen)
        connection.pass(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test("a body that drips in is closed, however often a byte comes")
    func dripping() throws {
        let connection = try Connection()
        try connection.head()
        for _ in 0..<19 {
            connection.pass(.seconds(1))
            try connection.body()
        }
        #expect(connection.isOpen)
        connection.pass(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test("an answer that takes long is waited for, and one that never comes is not")
    func slowAnswer() throws {
        let connection = try Connection()
        try connection.head()
        try connection.end()
        connection.pass(RequestDeadline.headTime + .seconds(30))
        #expect(connection.isOpen)
        connection.pass(RequestDeadline.answerTime)
        #expect(!connection.isOpen)
    }

    @Test("after its answer a connection has the time of a new one")
    func keptAlive() throws {
        let connection = try Connection()
        try connection.head()
        try connection.end()
        connection.pass(.minutes(4))
        try connection.answer()
        connection.pass(RequestDeadline.headTime - .seconds(1))
        #expect(connection.isOpen)
        connection.pass(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test("of two requests sent at once, the second is waited for after the first is answered")
    func pipelined() throws {
        let connection = try Connection()
        for _ in 0..<2 {
            try connection.head()
            try connection.end()
        }
        try connection.answer()
        connection.pass(RequestDeadline.headTime + .seconds(30))
        #expect(connection.isOpen)
    }

    @Test("an answer given before the request's end leaves no more time for its body")
    func earlyAnswer() throws {
        let connection = try Connection()
        try connection.head()
        try connection.answer()
        connection.pass(RequestDeadline.bodyTime)
        #expect(!connection.isOpen)
    }
}

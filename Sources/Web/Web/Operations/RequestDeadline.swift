import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request does not arrive in time, so that clients that drip their bytes hold no place for long.
/// The idle timeout of the server does not see them: they are never quite idle.
///
/// An answer that takes its time (a sign-in waiting for its turn at the password hash) is no fault of the client's: while one is due, only
/// the far longer `answerTime` runs.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// From the connection's start, or the last answer, to the whole head of the next request.
    static let headTime = TimeAmount.seconds(60)
    /// From the head to the end of the body.
    static let bodyTime = TimeAmount.seconds(20)
    /// From the end of a request to the end of its answer.
    static let answerTime = TimeAmount.minutes(5)

    private var timer: Scheduled<Void>?
    /// Requests that have arrived whole, less answers that have been written: below zero for an answer given before its request ended.
    private var due = 0

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(Self.headTime, context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {
        start(Self.headTime, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: start(Self.bodyTime, context)
        case .body: break
        case .end:
            due += 1
            start(due > 0 ? Self.answerTime : Self.headTime, context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            due -= 1
            if due == 0 { start(Self.headTime, context) }
        }
        context.write(data, promise: promise)
    }

    private func start(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}

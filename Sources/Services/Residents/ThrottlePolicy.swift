public import Primitives

/// How failed sign-ins slow down the next ones. Nothing is ever locked: every delay ends by itself.
public struct ThrottlePolicy: Sendable, Hashable {
    /// What one counter asks for.
    public struct Rule: Sendable, Hashable {
        /// Failures without consequence.
        public var free: Int
        /// The delay after the first failure beyond them; it doubles with each further one.
        public var firstDelay: Duration
        public var longestDelay: Duration
        /// Failures are forgotten after this long without another.
        public var memory: Duration

        public init(free: Int, firstDelay: Duration, longestDelay: Duration, memory: Duration) {
            self.free = free
            self.firstDelay = firstDelay
            self.longestDelay = longestDelay
            self.memory = memory
        }

        /// How long after the last of `failures` the next attempt is looked at.
        func delay(after failures: Int) -> Duration {
            guard failures >= free, failures > 0 else { return .zero }
            let doublings = min(failures - free, 30)
            return min(.milliseconds(firstDelay.milliseconds << Int64(doublings)), longestDelay)
        }
    }

    /// One name from one address.
    public var nameFromAddress: Rule
    /// One name from all browsers that its owner never used.
    public var name: Rule
    /// One address, whatever the names.
    public var address: Rule
    /// One resident on one browser they used before.
    public var knownBrowser: Rule

    public init(
        nameFromAddress: Rule = Rule(free: 5, firstDelay: .seconds(2), longestDelay: .minutes(15), memory: .days(1)),
        name: Rule = Rule(free: 20, firstDelay: .seconds(1), longestDelay: .seconds(30), memory: .days(1)),
        address: Rule = Rule(free: 50, firstDelay: .seconds(1), longestDelay: .seconds(60), memory: .hours(1)),
        knownBrowser: Rule = Rule(free: 5, firstDelay: .seconds(2), longestDelay: .minutes(15), memory: .days(1))
    ) {
        self.nameFromAddress = nameFromAddress
        self.name = name
        self.address = address
        self.knownBrowser = knownBrowser
    }
}

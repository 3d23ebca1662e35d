import Dispatch
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// The connections that are open. It refuses those over a limit, and ends all of them with the server.
final class ConnectionTable: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var byAddress: [String: Int] = [:]
    var refused = 0
    var isEnding = false
    var lastWord: ContinuousClock.Instant?
  }

  let limits: ConnectionLimits
  private let logger: Logger
  private let state = Mutex(State())

  init(_ limits: ConnectionLimits, logger: Logger) { (self.limits, self.logger) = (limits, logger) }

  /// Open connections, and those that were refused since the start.
  var counts: (open: Int, refused: Int) { state.withLock { ($0.channels.count, $0.refused) } }

  /// Whether the server is ending.
  var isEnding: Bool { state.withLock { $0.isEnding } }

  /// Takes up a connection, or has it closed where it is over a limit.
  func admit(_ channel: any Channel) {
    let address = channel.remoteAddress?.ipAddress ?? ""
    let id = ObjectIdentifier(channel)
    let refusal = state.withLock { state -> String? in
      let ofAddress = state.byAddress[address, default: 0]
      let isOver = state.channels.count >= limits.total
      state.channels[id] = channel
      state.byAddress[address] = ofAddress + 1
      guard isOver || ofAddress >= limits.perAddress || state.isEnding else { return nil }
      state.refused += 1
      guard !state.isEnding, state.lastWord.map({ $0.duration(to: .now) > .seconds(10) }) ?? true else { return "" }
      state.lastWord = .now
      return isOver ? "all \(limits.total) connections are in use" : "one address has \(limits.perAddress) connections"
    }
    channel.closeFuture.whenComplete { [self] _ in
      state.withLock { state in
        state.channels[id] = nil
        let left = state.byAddress[address, default: 1] - 1
        state.byAddress[address] = left == 0 ? nil : left
      }
    }
    guard let refusal else { return }
    if !refusal.isEmpty {
      logger.warning("connections are refused", metadata: ["reason": "\(refusal)", "peer": "\(address)"])
    }
    // Later, when the handlers of the channel are in place.
    channel.eventLoop.execute { channel.close(promise: nil) }
  }

  /// Has what is in progress end within the time for it, and then closes every connection: a client that reads nothing
  /// does not keep the server from ending.
  func end() {
    state.withLock { $0.isEnding = true }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limits.drainSeconds)) { [self] in
      let channels = state.withLock { Array($0.channels.values) }
      guard !channels.isEmpty else { return }
      logger.warning("connections in progress are closed", metadata: ["count": "\(channels.count)"])
      for channel in channels { channel.close(promise: nil) }
    }
  }
}

/// Stops accepting connections while more are open than there are descriptors for. Those that were refused count until
/// they are closed.
struct ConnectionCap: AvailableConnectionsDelegate {
  let table: ConnectionTable

  func connectionOpened() {}
  func connectionClosed() {}
  func isAcceptingNewConnections() -> Bool { table.counts.open < table.limits.total + 32 }
}

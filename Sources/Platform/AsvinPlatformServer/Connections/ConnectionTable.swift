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
    /// When a refusal was last logged.
    var lastLine: ContinuousClock.Instant?
  }

  let limits: ConnectionLimits
  private let logger: Logger
  private let state = Mutex(State())

  init(_ limits: ConnectionLimits, logger: Logger) { (self.limits, self.logger) = (limits, logger) }

  /// Connections that are open, with those that are being closed because they are over a limit.
  var open: Int { state.withLock { $0.channels.count } }

  /// Its gauges, as Prometheus reads them.
  var metrics: String {
    let (open, refused) = state.withLock { ($0.channels.count, $0.refused) }
    return """
      # HELP asvin_connections_open Connections that are open.
      # TYPE asvin_connections_open gauge
      asvin_connections_open \(open)
      # HELP asvin_connections_refused_total Connections that were over a limit.
      # TYPE asvin_connections_refused_total counter
      asvin_connections_refused_total \(refused)

      """
  }

  /// Whether the server is ending.
  var isEnding: Bool { state.withLock { $0.isEnding } }

  /// Counts a new connection, and closes it where it is over a limit.
  func admit(_ channel: any Channel) {
    let address = channel.remoteAddress?.ipAddress ?? ""
    let id = ObjectIdentifier(channel)
    let (reason, isLogged) = state.withLock { state in
      let reason = refusal(of: address, state)
      state.channels[id] = channel
      state.byAddress[address, default: 0] += 1
      guard reason != nil else { return (reason, false) }
      state.refused += 1
      // A flood of connections does not become a flood of lines.
      let isLogged = state.lastLine.map { $0.duration(to: .now) > .seconds(10) } ?? true
      if isLogged { state.lastLine = .now }
      return (reason, isLogged)
    }
    channel.closeFuture.whenComplete { [self] _ in
      state.withLock { state in
        state.channels[id] = nil
        let left = state.byAddress[address, default: 1] - 1
        state.byAddress[address] = left == 0 ? nil : left
      }
    }
    guard let reason else { return }
    if isLogged { logger.warning("connections are refused", metadata: ["reason": "\(reason)", "peer": "\(address)"]) }
    // Later, when the handlers of the channel are in place.
    channel.eventLoop.execute { channel.close(promise: nil) }
  }

  /// Why a connection of an address is refused; `nil` where it is not.
  private func refusal(of address: String, _ state: State) -> String? {
    if state.isEnding { return "the server is ending" }
    if state.channels.count >= limits.total { return "all \(limits.total) connections are in use" }
    guard state.byAddress[address, default: 0] >= limits.perAddress else { return nil }
    return "one address has \(limits.perAddress) connections"
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
  func isAcceptingNewConnections() -> Bool { table.open < table.limits.total + 32 }
}

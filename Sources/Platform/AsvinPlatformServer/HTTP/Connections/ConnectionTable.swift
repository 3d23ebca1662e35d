import Dispatch
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// The open connections. It refuses connections beyond a limit, and closes all connections when the server ends.
final class ConnectionTable: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    /// The connections and streams of each address.
    var byAddress: [String: Int] = [:]
    var sockets = 0
    var refused = 0
    var isEnding = false
    /// When a refusal was last logged.
    var lastLine: ContinuousClock.Instant?
  }

  let limits: ConnectionLimits
  private let forwarded: ForwardedClients
  private let logger: Logger
  private let state = Mutex(State())

  init(_ limits: ConnectionLimits, forwarded: ForwardedClients = ForwardedClients(), logger: Logger) {
    (self.limits, self.forwarded, self.logger) = (limits, forwarded, logger)
  }

  /// The number of open connections, with refused ones that are being closed, and without streams.
  var open: Int { state.withLock { $0.sockets } }

  /// The metrics in the text format of Prometheus.
  var metrics: String {
    let (open, streams, refused) = state.withLock { ($0.sockets, $0.channels.count - $0.sockets, $0.refused) }
    return """
      # HELP asvin_connections_open Open connections.
      # TYPE asvin_connections_open gauge
      asvin_connections_open \(open)
      # HELP asvin_streams_open Open requests over HTTP/2. Each counts as a connection for the limits.
      # TYPE asvin_streams_open gauge
      asvin_streams_open \(streams)
      # HELP asvin_connections_refused_total Connections, and requests over HTTP/2, refused because of a limit.
      # TYPE asvin_connections_refused_total counter
      asvin_connections_refused_total \(refused)

      """
  }

  var isEnding: Bool { state.withLock { $0.isEnding } }

  /// Counts a new connection, and closes it if it exceeds a limit.
  func admit(_ channel: any Channel) {
    if count(channel, isStream: false) { return }
    // Deferred until the handlers of the channel have been added.
    channel.eventLoop.execute { channel.close(promise: nil) }
  }

  /// Counts a stream of HTTP/2.
  ///
  /// - Returns: whether it is within the limits.
  func admit(stream: any Channel) -> Bool { count(stream, isStream: true) }

  private func count(_ channel: any Channel, isStream: Bool) -> Bool {
    let address = channel.remoteAddress?.ipAddress ?? ""
    let id = ObjectIdentifier(channel)
    let (reason, isLogged) = state.withLock { state in
      // NIO refuses a stream that the client opens after the announcement of the end.
      let reason = state.isEnding && !isStream ? "the server is ending" : refusal(of: address, state)
      state.channels[id] = channel
      state.byAddress[address, default: 0] += 1
      if !isStream { state.sockets += 1 }
      guard reason != nil else { return (reason, false) }
      state.refused += 1
      // Logs at most one refusal in ten seconds, so that a flood of connections does not fill the log.
      let isLogged = state.lastLine.map { $0.duration(to: .now) > .seconds(10) } ?? true
      if isLogged { state.lastLine = .now }
      return (reason, isLogged)
    }
    channel.closeFuture.whenComplete { [self] _ in
      state.withLock { state in
        state.channels[id] = nil
        if !isStream { state.sockets -= 1 }
        let left = state.byAddress[address, default: 1] - 1
        state.byAddress[address] = left == 0 ? nil : left
      }
    }
    guard let reason else { return true }
    if isLogged { logger.warning("connections are refused", metadata: ["reason": "\(reason)", "peer": "\(address)"]) }
    return false
  }

  /// Returns why a connection of an address is refused; `nil` if it is accepted.
  private func refusal(of address: String, _ state: State) -> String? {
    if state.channels.count >= limits.total { return "all \(limits.total) connections are in use" }
    // A proxy has the connections of all its clients.
    guard state.byAddress[address, default: 0] >= limits.perAddress, !forwarded.isProxy(address) else { return nil }
    return "one address has \(limits.perAddress) connections"
  }

  /// Closes every connection after the time for requests in progress, so that a client that does not read cannot prevent
  /// the end of the server.
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

/// Stops accepting connections while more are open than there are descriptors for. Refused connections count until they are
/// closed.
struct ConnectionCap: AvailableConnectionsDelegate {
  let table: ConnectionTable

  func connectionOpened() {}
  func connectionClosed() {}
  func isAcceptingNewConnections() -> Bool { table.open < table.limits.total + 32 }
}

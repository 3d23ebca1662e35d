import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

extension ConsolePages {
  static let eventsPath = "/events"

  static let events: [PageRoute] = [.page(eventsPath) { call in try call.changes() }]
}

/// The connections over which browsers learn that a page has changed.
final class ChangeStreams: Sendable {
  /// Connections at a time. Further browsers show what they have until the user reloads the page.
  static let most = 128
  /// Connections of one session.
  static let mostOfSession = 8
  /// Seconds between two looks at the store, and of the longest connection. The browser opens another one after it.
  static let interval: Int64 = 2
  static let longest: Int64 = 600

  private struct State {
    /// The number of connections by session.
    var open: [String: Int] = [:]
    /// The last marks by workspace, which all connections share.
    var marks: [ID<Workspace>: (mark: ChangeMark, read: ContinuousClock.Instant)] = [:]
  }

  private let state = Mutex(State())

  /// The place of a connection, which is free when the connection has ended in any way.
  final class Seat: Sendable {
    private let streams: ChangeStreams
    private let session: String

    fileprivate init(_ streams: ChangeStreams, _ session: String) { (self.streams, self.session) = (streams, session) }

    deinit {
      streams.state.withLock { state in
        state.open[session, default: 1] -= 1
        if state.open[session] == 0 { state.open[session] = nil }
      }
    }
  }

  /// Returns a place for a session; `nil` if all are taken, or the share of the session.
  func open(for session: Digest) -> Seat? {
    let name = session.hexadecimal
    let isFree = state.withLock { state in
      guard state.open.values.reduce(0, +) < Self.most, state.open[name, default: 0] < Self.mostOfSession else {
        return false
      }
      state.open[name, default: 0] += 1
      return true
    }
    return isFree ? Seat(self, name) : nil
  }

  /// The number of connections.
  var number: Int { state.withLock { $0.open.values.reduce(0, +) } }

  /// Returns what changes if the state of a workspace has changed. One read serves all connections for a second.
  fileprivate func mark(of workspace: ID<Workspace>, in store: any PlatformStore) async throws -> ChangeMark {
    if let known = state.withLock({ $0.marks[workspace] }), .now - known.read < .seconds(1) { return known.mark }
    let mark = try await store.read(in: workspace) { try $0.changeMark() }
    state.withLock { state in
      // Workspaces without connections are forgotten.
      state.marks = state.marks.filter { .now - $0.value.read < .seconds(60) }
      state.marks[workspace] = (mark, .now)
    }
    return mark
  }
}

extension PageCall {
  /// Sends an event (server-sent events of the HTML standard) each time the state of the workspace has changed. An event
  /// has no content: the page is fetched again, so that the rules about who sees what are in one place.
  fileprivate func changes() throws -> Response {
    let streams = pages.streams
    guard let seat = streams.open(for: cookie.digest) else {
      throw Refusal(
        status: .serviceUnavailable, message: "too many pages are open", fields: [.retryAfter: "60"])
    }
    let (store, workspace, digest) = (platform.store, try user.workspace, cookie.digest)
    let clock = platform.clock
    let body = ResponseBody { writer in
      defer { withExtendedLifetime(seat) {} }
      var last = try await streams.mark(of: workspace, in: store)
      // The first bytes make the browser report that the connection is open.
      try await writer.write(ByteBuffer(string: "retry: 5000\n\n"))
      for _ in 0..<(ChangeStreams.longest / ChangeStreams.interval) {
        // It throws when the server ends or the client has gone.
        try await Task.sleep(for: .seconds(ChangeStreams.interval))
        guard try await store.session(digest)?.isValid(at: clock()) ?? false else { break }
        let mark = try await streams.mark(of: workspace, in: store)
        // A comment shows a client that has gone.
        try await writer.write(ByteBuffer(string: mark == last ? ":\n" : "event: change\ndata:\n\n"))
        last = mark
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
  }
}

/// What changes if a page has changed.
private struct ChangeMark: Equatable {
  let entry: Int64
  let tallies: [ID<Rollout>: RolloutTally]
}

extension ReadTransaction {
  fileprivate func changeMark() throws -> ChangeMark {
    var tallies: [ID<Rollout>: RolloutTally] = [:]
    for id in try startedRollouts() { tallies[id] = try readableTally(of: id) }
    return ChangeMark(entry: try lastAuditEntry()?.number ?? 0, tallies: tallies)
  }
}

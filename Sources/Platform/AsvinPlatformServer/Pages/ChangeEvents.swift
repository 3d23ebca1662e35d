import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

extension ConsolePages {
  static let events: [PageRoute] = [.page("/events") { call in try call.changes() }]
}

/// The connections over which browsers learn that a page has changed.
final class ChangeStreams: Sendable {
  /// Connections at a time. Further browsers show what they have until the user reloads the page.
  static let most = 128
  /// Seconds between two looks at the store, and of the longest connection. The browser opens another one after it.
  static let interval: Int64 = 2
  static let longest: Int64 = 600

  private struct State {
    var open = 0
    /// The last marks by workspace, which all connections share.
    var marks: [ID<Workspace>: (mark: ChangeMark, read: ContinuousClock.Instant)] = [:]
  }

  private let state = Mutex(State())

  /// The place of a connection, which is free when the connection has ended in any way.
  final class Seat: Sendable {
    private let streams: ChangeStreams

    fileprivate init(_ streams: ChangeStreams) { self.streams = streams }

    deinit { streams.state.withLock { $0.open -= 1 } }
  }

  /// Returns a place; `nil` if all are taken.
  func open() -> Seat? {
    let isFree = state.withLock { state in
      guard state.open < Self.most else { return false }
      state.open += 1
      return true
    }
    return isFree ? Seat(self) : nil
  }

  /// The number of connections.
  var number: Int { state.withLock { $0.open } }

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
    guard let seat = streams.open() else {
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
    for id in try startedRollouts() { tallies[id] = try rollout(id)?.tally }
    return ChangeMark(entry: try lastAuditEntry()?.number ?? 0, tallies: tallies)
  }
}

import AsvinPlatform
import Hummingbird
import Synchronization

/// The health of the platform. A service checks it every few seconds, so that health requests are cheap.
final class Health: Sendable {
  /// The result of a check.
  struct Findings: Encodable, Sendable {
    /// `ok`, or `degraded` if there are problems.
    var status: String { problems.isEmpty ? "ok" : "degraded" }
    var problems: [String] = []
    var freeBytes: UInt64?

    enum CodingKeys: String, CodingKey { case status, problems, freeBytes }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(status, forKey: .status)
      if !problems.isEmpty { try container.encode(problems, forKey: .problems) }
      try container.encodeIfPresent(freeBytes, forKey: .freeBytes)
    }
  }

  private struct State {
    var findings = Findings()
    var sizes: [StoreFile: UInt64] = [:]
    var isAnswering = true
    var isChecked = false
  }

  private let store: any PlatformStore
  private let objects: any ObjectStore
  private let connections: ConnectionTable
  private let state = Mutex(State())

  init(store: any PlatformStore, objects: any ObjectStore, connections: ConnectionTable) {
    (self.store, self.objects, self.connections) = (store, objects, connections)
  }

  /// The room of the last check, as metrics of Prometheus.
  var metrics: String {
    let (free, sizes) = state.withLock { ($0.findings.freeBytes, $0.sizes) }
    var text = MetricText()
    text.gauge("asvin_store_bytes", "The size of the database, and of its log of changes.")
    for file in StoreFile.allCases { text.add(sizes[file] ?? 0, ["file": file.rawValue]) }
    if let free {
      text.gauge("asvin_disk_free_bytes", "Bytes that are free where bundles are stored.")
      text.add(free)
    }
    return text.text
  }

  /// The reply to `/healthz`: 503 while there is a problem that an operator must solve.
  func health() throws -> Response {
    let findings = state.withLock { $0.findings }
    return try Reply.json(findings, status: findings.problems.isEmpty ? .ok : .serviceUnavailable)
  }

  /// The reply to `/readyz`: 200 while polls are answered, which includes a full disk.
  func readiness() throws -> Response {
    let isReady = state.withLock { $0.isChecked && $0.isAnswering } && !connections.isEnding
    return try Reply.json(
      ["status": isReady ? "ready" : "not ready"], status: isReady ? .ok : .serviceUnavailable)
  }

  /// Checks the disk and the database.
  func check() async {
    var findings = Findings()
    var isAnswering = true
    var sizes: [StoreFile: UInt64] = [:]
    do {
      try await store.ping()
      sizes = try await store.sizes()
    } catch {
      isAnswering = false
      findings.problems.append("the database does not answer: \(error)")
    }
    do {
      let room = try await objects.room()
      findings.freeBytes = room.free
      if room.isReadOnly {
        findings.problems.append("the disk is read-only")
      } else if !room.holds(0) {
        findings.problems.append("the disk is full: \(room.free) bytes are free, \(room.reserve) are in reserve")
      }
    } catch {
      findings.problems.append("the objects cannot be accessed: \(error)")
    }
    do {
      try await store.checkWriting()
    } catch let fault as ServiceFault {
      findings.problems.append("the database cannot be written: \(fault.text)")
    } catch {
      findings.problems.append("the database cannot be written: \(error)")
    }
    let found = findings
    let (answers, files) = (isAnswering, sizes)
    state.withLock { $0 = State(findings: found, sizes: files, isAnswering: answers, isChecked: true) }
  }
}

extension ServiceFault {
  var text: String {
    switch self {
    case .overloaded: "too many writes are waiting"
    case .full: "the disk is full"
    case .readOnly: "it is read-only"
    case .locked: "another program has locked it"
    case .failing(let text): text
    }
  }
}

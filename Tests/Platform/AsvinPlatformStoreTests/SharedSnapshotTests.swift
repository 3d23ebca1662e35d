import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Dispatch
import Synchronization
import Testing

@Suite("Snapshots that polls share", .usesScratch) struct SharedSnapshotTests {
  /// What polls read of a workspace.
  private struct Answers: Equatable {
    var settings: WorkspaceSettings
    var rollouts: [[Rollout]] = []
    var firmware: [Firmware?] = []
    var members: [Int] = []

    init(_ rows: any ReadTransaction, of group: ID<DeviceGroup>) throws {
      settings = try rows.settings()
      for group in [group, ID(group.value + 1)] {
        rollouts += try [0, 1, 2].map { try rows.openRollouts(of: group, above: $0) }
        members += try [.legacy, .verifying(Identifier { UInt8($0) })].map { try rows.members(of: group, $0) }
      }
      firmware = try (1...3).map { try rows.firmware(ID($0)) }
    }
  }

  /// Changes something that polls read.
  private static func change(_ rows: any WriteTransaction, _ all: SampleRows, _ random: inout SeededGenerator) throws {
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      var settings = try rows.settings()
      settings.servesAsvinClients.toggle()
      try rows.put(settings)
    case 1:
      var rollout = try #require(try rows.rollout(all.rollout.id))
      rollout.isDisabled.toggle()
      try rows.put(rollout)
    case 2:
      // Beyond 16 rollouts of a group, they are not remembered.
      if try rows.unendedRollouts(of: all.group).count < 20 {
        _ = try rows.add(try #require(try rows.rollout(all.rollout.id)))
      }
    case 3:
      var rollout = try #require(try rows.rollout(all.rollout.id))
      (rollout.phase, rollout.order) = (
        try #require(Phase.allCases.randomElement(using: &random)), .random(in: 0...3, using: &random)
      )
      rollout.tally.offered += 1
      try rows.put(rollout)
    case 4:
      var firmware = try #require(try rows.firmware(all.firmware.id))
      firmware.withdrawn = firmware.withdrawn == nil ? Instant(9) : nil
      try rows.put(firmware)
    default: try rows.addMembers(1, Bool.random(using: &random) ? .legacy : .verifying(all.deviceClass), to: all.group)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `After each change of either workspace, a poll reads what a new snapshot has`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      var samples: [SampleRows] = []
      for workspace in [ours, theirs] { samples.append(try await store.write(in: workspace.id) { try SampleRows($0) }) }
      var random = SeededGenerator(seed: 5)
      for step in 0..<400 {
        let (changed, seed) = (Int.random(in: 0..<2, using: &random), random.next())
        let (sample, workspace) = (samples[changed], [ours, theirs][changed])
        if step > 0 {
          try await store.write(in: workspace.id) { rows in
            var random = SeededGenerator(seed: seed)
            try Self.change(rows, sample, &random)
          }
        }
        for (workspace, sample) in [(ours, samples[0]), (theirs, samples[1]), (ours, samples[1])] {
          let polled = try await store.tryOnSharedSnapshot(in: workspace.id) { try Answers($0, of: sample.group) }
          let read = try await store.read(in: workspace.id) { try Answers($0, of: sample.group) }
          #expect(polled == read, "step \(step), workspace \(workspace.name)")
        }
      }
    }
  }

  @Test func `A poll sees what another program has committed`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let (store, other) = (try SQLiteStore(path: path), try SQLiteStore(path: path))
      let ours = try await store.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      for isServed in [true, false, true] {
        try await other.write(in: ours.id) { rows in
          var settings = try rows.settings()
          settings.servesAsvinClients = isServed
          try rows.put(settings)
        }
        let seen = try await store.tryOnSharedSnapshot(in: ours.id) { try $0.settings().servesAsvinClients }
        #expect(seen == isServed)
      }
    }
  }

  @Test func `A poll that begins after a write sees it, among many polls at once`() async throws {
    try await StoreKind.sqlite.with { store, ours, _ in
      let group = try await store.write(in: ours.id) { try $0.add(DeviceGroup(id: ID(0), name: "all")).id }
      let written = WrittenNumber()
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          for number in 1...200 {
            try await store.write(in: ours.id) { try $0.addMembers(1, .legacy, to: group) }
            written.value.withLock { $0 = number }
          }
        }
        for _ in 0..<32 {
          tasks.addTask {
            while written.value.withLock({ $0 }) < 200 {
              let least = written.value.withLock { $0 }
              let seen = try await store.tryOnSharedSnapshot(in: ours.id) { try $0.members(of: group, .legacy) }
              #expect(seen >= least)
            }
          }
        }
        try await tasks.waitForAll()
      }
    }
  }

  @Test func `A poll that fails or writes does not disturb the others`() async throws {
    try await StoreKind.sqlite.with { store, ours, _ in
      let outcomes = await withTaskGroup(of: Result<Int, any Error>.self) { tasks in
        for number in 0..<300 {
          tasks.addTask {
            do {
              return .success(
                try await store.tryOnSharedSnapshot(in: ours.id) { rows in
                  if number % 3 == 1 { throw PlatformError.noGroups }
                  if number % 3 == 2 { _ = try rows.add(DeviceGroup(id: ID(0), name: "kitchens")) }
                  return try rows.settings().servesAsvinClients ? number : -1
                })
            } catch { return .failure(error) }
          }
        }
        return await tasks.reduce(into: []) { $0.append($1) }
      }
      let numbers = outcomes.compactMap { outcome in if case .success(let number) = outcome { number } else { nil } }
      #expect(numbers.sorted() == stride(from: 0, to: 300, by: 3).map { $0 })
      let faults = outcomes.count { if case .failure(let error) = $0 { error is ServiceFault } else { false } }
      #expect(faults == 100)
      let groups = try await store.read(in: ours.id) { try $0.deviceGroups(Listing()).items }
      #expect(groups.isEmpty)
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func `Polls beyond the limit are refused at once, and those that wait are counted and answered`() async throws {
    try await StoreKind.sqlite.with { store, ours, _ in
      let gate = DispatchSemaphore(value: 0)
      let count = PlatformLimit.waitingPolls + 1000
      try await withThrowingTaskGroup(of: Bool.self) { tasks in
        for _ in 0..<count {
          tasks.addTask {
            do {
              return try await store.tryOnSharedSnapshot(in: ours.id) { _ in
                gate.wait()
                return true
              }
            } catch ServiceFault.overloaded { return false }
          }
        }
        let first = try await tasks.next()
        #expect(first == false, "one is refused while all others wait")
        #expect(store.delay > 0)
        for _ in 0..<count { gate.signal() }
        let answered = try await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        #expect(answered >= PlatformLimit.waitingPolls)
      }
      let isAnswered = try await store.tryOnSharedSnapshot(in: ours.id) { _ in true }
      #expect(isAnswered)
      #expect(store.delay == 0)
    }
  }
}

private final class WrittenNumber: Sendable {
  let value = Mutex(0)
}

extension SampleRows {
  fileprivate var group: ID<DeviceGroup> { deviceGroup.id }
  fileprivate var deviceClass: Identifier { Identifier { UInt8($0) } }
}

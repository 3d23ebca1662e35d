import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Testing

@Suite("Query plans", .usesScratch) struct QueryPlanTests {
  private func plans(
    _ body: @escaping @Sendable (any WriteTransaction, SampleRows) throws -> Void
  ) async throws -> [(statement: String, plan: [String])] {
    try await Scratch.with { scratch in
      let store = try SQLiteStore(path: scratch.path("platform.sqlite"))
      let ours = try await store.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let all = try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        _ = try rows.start(all.rollout.id, at: Instant(100))
        try rows.put(DeviceRecord(at: Instant(1)), all.rollout.id, all.device.id)
        return all
      }
      return try await store.queryPlans(in: ours.id) { try body($0, all) }
    }
  }

  /// Expects that no statement searches through a complete table, or through all rows of a workspace without need.
  private func expectSearches(_ plans: [(statement: String, plan: [String])], sorting: Bool = false) {
    #expect(!plans.isEmpty)
    for (statement, plan) in plans {
      for step in plan where step != "SCAN CONSTANT ROW" {
        #expect(!step.hasPrefix("SCAN"), "\(step): \(statement)")
        if !sorting { #expect(!step.contains("TEMP B-TREE"), "\(step): \(statement)") }
      }
    }
  }

  @Test func `The queries of a poll, a report and a download search by the device, the group or the release`()
    async throws
  {
    let plans = try await plans { rows, all in
      var device = all.device
      let digest = try #require(all.firmware.release).digest
      _ = try rows.offer(to: device, at: Instant(200))
      _ = try rows.permitted(digest, to: device.id)
      _ = try rows.openDownload("QmX")
      _ = try rows.behindSince(device)
      try rows.apply(.begins(1), from: &device, about: all.rollout.id, at: Instant(200))
      try rows.apply(.writes, from: &device, about: all.rollout.id, at: Instant(200))
      try rows.recordContact(&device, firmwareVersion: "2.0", at: Instant(201))
      try rows.move(&device, to: .ungrouped)
      _ = try rows.newestRollout(withRecordOf: device.id)
    }
    expectSearches(plans, sorting: true)
    let history = ["rollout_by_workspace", "rollout_by_phase (workspace=?)", "record_by_rollout (rollout=?)"]
    for (statement, plan) in plans {
      for index in history { #expect(!plan.contains { $0.contains("INDEX \(index)") }, "\(plan): \(statement)") }
    }
  }

  @Test func `A page of each list is read in the order of an index`() async throws {
    let plans = try await plans { rows, all in
      let places: [ListPlace.Key?] = [nil, .text("x"), .text("x"), .text("x"), .number(1)]
      for (sort, key) in zip(DeviceSort.allCases, places) {
        for isDescending in [false, true] {
          _ = try rows.devices(
            Listing(sort: sort, isDescending: isDescending, after: ListPlace(1, key: key), limit: 9))
        }
      }
      for sort in FirmwareSort.allCases { _ = try rows.firmware(Listing(sort: sort, limit: 9)) }
      for sort in RolloutSort.allCases { _ = try rows.rollouts(Listing(sort: sort, limit: 9)) }
      for sort in GroupSort.allCases {
        _ = try rows.deviceGroups(Listing(sort: sort, limit: 9))
        _ = try rows.fileGroups(Listing(sort: sort, limit: 9))
      }
      _ = try rows.records(of: all.rollout.id, after: nil, limit: 9)
      _ = try rows.records(of: all.device.id, before: nil, limit: 9)
      _ = try rows.versions(of: DeviceFilter(), after: "1", limit: 9)
    }
    expectSearches(plans)
  }

  @Test func `A filter of the device list searches by its index`() async throws {
    let plans = try await plans { rows, all in
      let changes: [(inout DeviceFilter) -> Void] = [
        { $0.group = all.deviceGroup.id }, { $0.placement = .lobby }, { $0.version = "1" },
        { $0.deviceClass = Identifier() }, { $0.called = "x" }, { $0.tags = ["a"] },
        { $0.attributes = [.init("board", "x")] },
      ]
      for change in changes {
        var filter = DeviceFilter()
        change(&filter)
        _ = try rows.devices(Listing(filter, limit: 9))
        _ = try rows.devices(Listing(filter, after: ListPlace(7), limit: 9))
        _ = try rows.count(of: filter)
      }
    }
    expectSearches(plans, sorting: true)
    for (statement, plan) in plans {
      #expect(!plan.contains { $0.contains("device_by_workspace") }, "\(plan): \(statement)")
    }
  }

  @Test func `Whether firmware is used, and its releases, are found without the other rollouts`() async throws {
    let plans = try await plans { rows, all in
      #expect(try rows.isUsed(all.firmware.id))
      _ = try rows.highestRelease(of: all.firmware, to: [all.deviceGroup.id])
      _ = try rows.firmwareCount(of: all.fileGroup.id)
      _ = try rows.displaced(by: all.rollout)
      _ = try rows.dueRollouts(at: Instant(5))
    }
    expectSearches(plans, sorting: true)
    #expect(plans.contains { $0.plan.contains { $0.contains("rollout_by_firmware (firmware=?)") } })
  }
}

import AsvinCrypto
import AsvinHost
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

extension Management {
  /// Withdrawing, deleting and retention.
  static let keeping: [Route] = [
    Route(
      .post, "/manage/firmware/{firmware}/withdraw", .person(.operate),
      "Withdraw firmware: its rollouts are aborted, and it is served to no device",
      answers: .json(WithdrawalReply.self, "The firmware is withdrawn")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      let reply = try await call.write { rows in
        let (firmware, aborted) = try rows.withdraw(id, by: call.caller.name, at: call.now)
        return WithdrawalReply(firmware: try FirmwareReply(firmware, in: rows), aborted: aborted.map(\.value))
      }
      return try Reply.json(reply)
    },
    Route(
      .post, "/manage/firmware/{firmware}/promote", .person(.publish),
      "Add a published bundle to another file group, whose keys must have signed it", body: PromotionRequest.self,
      answers: .json(PublicationReply.self, "The bundle is in the file group"),
      .problem(409, "Another release has the sequence number, or the firmware was withdrawn"),
      .problem(422, "The keys of the file group have not signed the bundle"),
      .problem(503, "The bundle was changed on disk")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      return try await call.promote(id, to: ID(try await call.body(PromotionRequest.self).fileGroup))
    },
    Route(
      .delete, "/manage/firmware/{firmware}", .person(.administer), "Delete firmware that was withdrawn",
      answers: .nothing(204, "The firmware is deleted"),
      .problem(409, "The firmware was not withdrawn, or a rollout uses it")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      try await call.write { try $0.delete(id, by: call.caller.name, at: call.now) }
      return Response(status: .noContent)
    },
    Route(
      .delete, "/manage/rollouts/{rollout}", .person(.operate),
      "Delete an ended rollout and the records of its devices",
      answers: .nothing(204, "The rollout is deleted"), .problem(409, "The rollout has not ended")
    ) { call in
      let id: ID<Rollout> = try call.id("rollout", of: .rollout)
      // Other writes run between the parts. After an interruption, the same request deletes the rest.
      while try await !call.write({ try $0.deletePart(id, by: call.caller.name, at: call.now) }) {}
      return Response(status: .noContent)
    },
    Route(
      .put, "/manage/device-groups/{deviceGroup}", .person(.operate), "Rename a device group",
      body: DeviceGroupRequest.self, answers: .json(DeviceGroupReply.self, "The group"),
      .problem(409, "A group with that name exists")
    ) { call in
      let id: ID<DeviceGroup> = try call.id("deviceGroup", of: .deviceGroup)
      let body = try await call.body(DeviceGroupRequest.self)
      let group = try await call.write { rows in
        guard var group = try rows.deviceGroup(id) else { throw PlatformError.notFound(.deviceGroup) }
        guard try rows.deviceGroup(named: body.name).map({ $0.id == id }) ?? true else {
          throw PlatformError.nameTaken(.deviceGroup)
        }
        group.name = body.name
        try rows.put(group)
        try rows.record(.changeDeviceGroup, "device group \(id.value)", [AuditDetail("name", body.name)], call)
        return group
      }
      return try Reply.json(DeviceGroupReply(group))
    },
    Route(
      .delete, "/manage/device-groups/{deviceGroup}", .person(.operate), "Delete a device group without devices",
      answers: .nothing(204, "The group is deleted"),
      .problem(409, "The group has devices, or a rollout to it has not ended")
    ) { call in
      let id: ID<DeviceGroup> = try call.id("deviceGroup", of: .deviceGroup)
      try await call.write { try $0.delete(id, by: call.caller.name, at: call.now) }
      return Response(status: .noContent)
    },
    Route(
      .delete, "/manage/file-groups/{fileGroup}", .person(.administer), "Delete a file group without firmware",
      answers: .nothing(204, "The group is deleted"), .problem(409, "The group has firmware or uploads")
    ) { call in
      let id: ID<FileGroup> = try call.id("fileGroup", of: .fileGroup)
      try await call.write { try $0.delete(id, by: call.caller.name, at: call.now) }
      return Response(status: .noContent)
    },
    Route(
      .get, "/manage/retention", .person(.read), "Show how long ended rollouts, records and uploads are kept",
      answers: .json(RetentionMessage.self, "The times")
    ) { call in try Reply.json(RetentionMessage(try await call.read { try $0.retention() })) },
    Route(
      .put, "/manage/retention", .person(.administer), "Change how long ended rollouts, records and uploads are kept",
      body: RetentionMessage.self, answers: .json(RetentionMessage.self, "The times")
    ) { call in
      let body = try await call.body(RetentionMessage.self)
      let retention = Retention(
        rolloutDays: body.rolloutDays, recordDays: body.recordDays, uploadHours: body.uploadHours)
      try await call.write { rows in
        try rows.put(retention)
        let details = [
          AuditDetail("rollout-days", "\(body.rolloutDays)"), AuditDetail("record-days", "\(body.recordDays)"),
          AuditDetail("upload-hours", "\(body.uploadHours)"),
        ]
        try rows.record(.changeRetention, "retention", details, call)
      }
      return try Reply.json(body)
    },
    Route(
      .post, "/manage/objects/collect", .person(.administer),
      "Find the stored objects of all workspaces that no firmware and no upload uses, and remove them",
      query: [
        Property("remove", .boolean, "Whether the objects are removed; default false", isRequired: false)
      ], answers: .json(CollectionReply.self, "The unused objects")
    ) { call in
      let collection = ObjectCollection(
        store: call.platform.store, objects: call.platform.objects, locks: call.platform.uploads)
      let report = try await collection.run(removes: try call.query.flag("remove") ?? false)
      if report.isRemoved, !report.unused.isEmpty {
        try await call.write { rows in
          let details = [
            AuditDetail("count", "\(report.unused.count)"), AuditDetail("bytes", "\(report.unusedBytes)"),
          ]
          try rows.record(.collectObjects, "objects", details, call)
        }
      }
      return try Reply.json(CollectionReply(report))
    },
  ]
}

extension RetentionMessage {
  fileprivate init(_ retention: Retention) {
    self.init(
      rolloutDays: retention.rolloutDays, recordDays: retention.recordDays, uploadHours: retention.uploadHours)
  }
}

extension CollectionReply {
  fileprivate init(_ report: UnusedObjects) {
    self.init(
      objects: report.objects, bytes: report.bytes, unused: report.unused.count, unusedBytes: report.unusedBytes,
      isRemoved: report.isRemoved, digests: report.unused.prefix(100).map(\.digest))
  }
}

extension Call {
  /// Adds a published bundle to another file group. No bytes are moved.
  fileprivate func promote(_ id: ID<Firmware>, to target: ID<FileGroup>) async throws -> Response {
    let (release, group) = try await read { rows in
      guard let firmware = try rows.firmware(id), let release = firmware.release else {
        throw PlatformError.notFound(.firmware)
      }
      try firmware.requireOffered()
      guard let group = try rows.fileGroup(target) else { throw PlatformError.notFound(.fileGroup) }
      return (release, group)
    }
    let keys = group.keys(at: now)
    return try await platform.uploads.exclusively(.bundle(release.bundle.hexadecimal)) {
      let accepted: AcceptedBundle
      do {
        guard let bundle = try await platform.objects.object(release.bundle) else {
          throw PlatformError.notFound(.firmware)
        }
        accepted = try await Workers.digests.run {
          try AcceptedBundle(bundle, digest: release.bundle, trust: keys)
        }
      } catch let failure as Failure {
        throw Refusal(failure)
      } catch is ObjectDamaged {
        throw Refusal(
          status: .serviceUnavailable, message: "the bundle was changed on disk", hint: "publish it again")
      }
      let (reply, isNew) = try await write { rows in
        let (firmware, isNew) = try rows.publish(accepted, to: target, at: now)
        if isNew {
          let subject = "firmware \(firmware.id.value) from firmware \(id.value)"
          try rows.record(.publishFirmware, subject, firmware.details, self)
        }
        return (try FirmwareReply(firmware, in: rows), isNew)
      }
      let receipt = ReceiptClaims(reply, workspace: try workspace.value, group: group.name, by: caller.name, at: now)
      return try Reply.json(
        PublicationReply(firmware: reply, isNew: isNew, receipt: try await platform.tokens.receipt(receipt)))
    }
  }
}

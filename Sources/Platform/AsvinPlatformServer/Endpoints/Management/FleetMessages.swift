import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest

// The messages about entities of the rules. Text that was stored before the API checked it is cleaned here.

extension FileGroupReply {
  init(_ group: FileGroup, in rows: any ReadTransaction) throws {
    self.init(
      id: group.id.value, name: VisibleText.cleaned(group.name), trust: group.trust.map(\.pem),
      files: try rows.firmwareCount(of: group.id))
    let known = group.trust.compactMap { key in
      key.expires.map { TrustEnd(key: TrustEnd.digest(of: key.pem), expires: $0.seconds) }
    }
    ends = known.isEmpty ? nil : known
  }
}

extension DeviceGroupReply {
  init(_ group: DeviceGroup) {
    self.init(id: group.id.value, name: VisibleText.cleaned(group.name), members: group.members)
  }
}

extension FirmwareReply {
  init(_ firmware: Firmware, in rows: any ReadTransaction) throws {
    let (image, release) = (firmware.image, firmware.release)
    self.init(
      id: firmware.id.value, fileGroup: firmware.fileGroup.value, name: firmware.name, version: firmware.version,
      size: image.size, digest: image.digest.hexadecimal, md5: image.md5.hexadecimal, cid: image.contentID,
      isUsed: try rows.isUsed(firmware.id), sequence: release?.sequence,
      release: release?.digest.hexadecimal, bundle: release?.bundle.hexadecimal, deviceClass: release?.deviceClass.uuid)
    (published, withdrawn) = (firmware.published?.seconds, firmware.withdrawn?.seconds)
    fileGroupName = try rows.fileGroup(firmware.fileGroup).map { VisibleText.cleaned($0.name) }
  }
}

extension DeviceReply {
  init(_ device: Device, behindSince: Instant?) {
    self.init(
      id: device.id.value, name: device.name.text, label: VisibleText.cleaned(device.label),
      placement: device.placement, version: VisibleText.cleaned(device.firmwareVersion),
      isVerifying: device.isVerifying, registered: device.registered.seconds,
      seen: device.seen.seconds, group: device.group?.value, deviceClass: device.deviceClass?.uuid,
      behindSince: behindSince?.seconds)
  }
}

extension RolloutDeviceReply {
  init(_ device: Device, _ record: DeviceRecord) {
    self.init(
      device: device.id.value, name: device.name.text, state: record.state, failures: record.failures,
      reason: Int(record.reason), progress: Int(record.progress), changed: record.changed.seconds)
  }
}

extension TokenReply {
  init(_ token: AccessToken) {
    self.init(
      id: token.id.value, name: VisibleText.cleaned(token.name), role: token.role, created: token.created.seconds,
      expires: token.expires?.seconds, used: token.used?.seconds)
  }
}

extension AuditEntryReply {
  init(_ entry: AuditEntry) {
    self.init(
      number: entry.number, time: entry.time, actor: entry.actor, token: entry.token, address: entry.address,
      action: entry.action, subject: entry.subject, details: entry.details, form: entry.form,
      previous: entry.previous.hexadecimal, digest: entry.digest.hexadecimal)
  }
}

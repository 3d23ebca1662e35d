import AsvinPlatformAPI
import Synchronization

/// The last contacts of devices, which are written to the store together after hours. Writing each of them would cost an idle
/// fleet of 100 000 devices megabytes a second. After a crash, a device shows an older contact until it polls again.
package final class RecentContacts: Sendable {
  private struct Contact {
    let workspace: Int64
    /// The time that the store has.
    var stored: Instant
    var latest: Instant
  }

  private let contacts = Mutex<[Int64: Contact]>([:])

  package init() {}

  /// Notes a contact.
  package func note(_ device: Device, of workspace: ID<Workspace>, at now: Instant) {
    contacts.withLock { contacts in
      let stored = contacts[device.id.value]?.stored ?? device.seen
      contacts[device.id.value] = Contact(workspace: workspace.value, stored: stored, latest: now)
    }
  }

  /// Notes that the store has a contact, because the device was stored for another reason.
  package func markStored(_ device: ID<Device>, at time: Instant) {
    contacts.withLock { $0[device.value]?.stored = time }
  }

  /// Forgets a device that is removed.
  package func forget(_ device: ID<Device>) { contacts.withLock { $0[device.value] = nil } }

  /// Returns the last contact of a device, if it is newer than the stored one.
  package func latest(of device: ID<Device>) -> Instant? { contacts.withLock { $0[device.value]?.latest } }

  /// Returns the number of devices of a workspace that made contact since a time, and whose stored contact is older.
  package func count(since time: Instant, in workspace: ID<Workspace>) -> Int {
    contacts.withLock { contacts in
      contacts.values.count { $0.workspace == workspace.value && $0.stored < time && time <= $0.latest }
    }
  }

  /// Contacts of one workspace that are written in one transaction, in the order of the devices.
  struct Part: Sendable {
    let workspace: ID<Workspace>
    let contacts: [(device: ID<Device>, seen: Instant)]
  }

  func parts() -> [Part] {
    let all = contacts.withLock { $0 }.sorted { ($0.value.workspace, $0.key) < ($1.value.workspace, $1.key) }
    var parts: [Part] = []
    var rest = all[...]
    while let first = rest.first {
      let part = rest.prefix(PlatformLimit.contactsAtOnce).prefix { $0.value.workspace == first.value.workspace }
      rest = rest.dropFirst(part.count)
      parts.append(
        Part(workspace: ID(first.value.workspace), contacts: part.map { (ID($0.key), $0.value.latest) }))
    }
    return parts
  }

  /// Forgets contacts that are stored now, unless the devices made another contact since.
  func forget(_ part: Part) {
    contacts.withLock { contacts in
      for (device, seen) in part.contacts {
        if contacts[device.value]?.latest == seen {
          contacts[device.value] = nil
        } else {
          contacts[device.value]?.stored = seen
        }
      }
    }
  }
}

extension PlatformStore {
  /// Writes the last contacts of all devices.
  package func saveContacts() async throws {
    for part in contacts.parts() {
      try await write(in: part.workspace) { rows in try rows.setSeen(part.contacts) }
      contacts.forget(part)
    }
  }
}

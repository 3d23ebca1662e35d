package import AsvinPlatformAPI

/// A request for a page of a list: its filter, its order and its place.
package struct Listing<Filter: ListFilter>: Sendable {
  package var filter: Filter
  package var sort: Filter.Sort
  package var isDescending: Bool
  /// The place of the page; `nil` for the first one.
  package var after: ListPlace?
  /// The largest number of items.
  package var limit: Int

  package init(
    _ filter: Filter = Filter(), sort: Filter.Sort = .id, isDescending: Bool = false, after: ListPlace? = nil,
    limit: Int = .max
  ) {
    (self.filter, self.sort, self.isDescending) = (filter, sort, isDescending)
    (self.after, self.limit) = (after, limit)
  }
}

/// The conditions by which a list is filtered. Without a condition, a filter includes every item.
package protocol ListFilter: Equatable, Sendable {
  associatedtype Item: Sendable
  associatedtype Sort: ListSort & Equatable
  init()
  /// Returns the id of an item.
  static func id(of item: Item) -> Int64
  /// Returns the value by which an item is ordered; `nil` in the order of ids.
  static func key(of item: Item, by sort: Sort) -> ListPlace.Key?
}

/// A page of a list.
package struct Page<Item: Sendable>: Sendable {
  package var items: [Item]
  /// Where the next page begins; `nil` on the last page.
  package var next: ListPlace?
  /// The ids of items that cannot be read. One damaged item does not make the others unreadable.
  package var damaged: [Int64]

  package init(_ items: [Item], next: ListPlace? = nil, damaged: [Int64] = []) {
    (self.items, self.next, self.damaged) = (items, next, damaged)
  }

  /// Converts the items. An item whose conversion meets damaged data is moved to ``damaged``.
  package func map<Other>(id: (Item) -> Int64, _ body: (Item) throws -> Other) rethrows -> Page<Other> {
    var page = Page<Other>([], next: next, damaged: damaged)
    for item in items {
      do {
        page.items.append(try body(item))
      } catch is any DamagedData {
        page.damaged.append(id(item))
      }
    }
    return page
  }
}

/// An error that reports damaged data in the store. Other data may be intact.
package protocol DamagedData: Error {}

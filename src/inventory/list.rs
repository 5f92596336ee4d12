use super::{Address, Host, Inventory, Mistake, ini, range};
use crate::source::{Fault, Place};

/// Reads the hosts of an argument such as `web1,10.0.0.5:2222,`; ranges are not expanded here.
pub fn read(list: &str, inventory: &mut Inventory) -> Result<(), Fault> {
    let place = Place::outside("-i", list);
    let group = inventory.declare_group("ungrouped")?;
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let address = Address::parse(name).filter(|address| !address.has_range());
        let (host, port) = match address {
            Some(address) => (address.host, address.port),
            None => (name.to_owned(), None),
        };
        if inventory.host(&host).is_none_or(Host::is_implicit) {
            ini::declare_host(inventory, &host, port, group, &place)?;
        }
    }
    Ok(())
}

/// The same with ranges, such as `web[1:10],db-[a:c]` (the plugin `advanced_host_list`).
pub fn read_ranges(list: &str, inventory: &mut Inventory) -> Result<(), Fault> {
    let place = Place::outside("-i", list);
    let group = inventory.declare_group("ungrouped")?;
    for pattern in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let (pattern, port) = match Address::parse(pattern) {
            Some(address) => (address.host, address.port),
            None => (pattern.to_owned(), None),
        };
        for name in range::expand(&pattern).map_err(Mistake::from)? {
            if inventory.host(&name).is_none_or(Host::is_implicit) {
                ini::declare_host(inventory, &name, port, group, &place)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Kind;

    #[test]
    fn takes_names_and_ports() {
        let mut inventory = Inventory::default();
        read("b, a:2222,,web[1:2],b", &mut inventory).unwrap();
        inventory.settle();
        let names: Vec<&str> = inventory.hosts().map(|host| host.name()).collect();
        assert_eq!(names, ["b", "a", "web[1:2]"]);
        let port = inventory
            .host("a")
            .unwrap()
            .variables()
            .get("ansible_port")
            .unwrap();
        assert_eq!(port.kind, Kind::Int(2222));
    }
}

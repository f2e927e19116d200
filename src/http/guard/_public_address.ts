import { BlockList, isIPv4, isIPv6 } from "node:net";

/** What the registries of special-purpose addresses set aside. */
const IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
];

/** The global unicast addresses; all others (loopback, link-local, mapped and translated IPv4, ...) are not public. */
const IPV6_GLOBAL = "2000::/3";

/** Of those: Teredo, documentation, 6to4, which carry IPv4 addresses or none. */
const IPV6_BLOCKED = ["2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20"];

function blockListOf(subnets: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address, bits] = subnet.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

const blocked4 = blockListOf(IPV4, "ipv4");
const global6 = blockListOf([IPV6_GLOBAL], "ipv6");
const blocked6 = blockListOf(IPV6_BLOCKED, "ipv6");

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked4.check(address, "ipv4");
  return isIPv6(address) && global6.check(address, "ipv6") && !blocked6.check(address, "ipv6");
}

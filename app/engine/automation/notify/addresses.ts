import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PenstockError } from '#app/core/errors.ts';

/**
 * Addresses that a message is not sent to unless somebody allows it: link-local ones, where clouds keep the credentials of their machines
 * (169.254.169.254 and its like), and those that mean no machine.
 */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addSubnet('224.0.0.0', 3, 'ipv4');
refused.addAddress('100.100.100.200', 'ipv4');
refused.addAddress('192.0.0.192', 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');
refused.addAddress('::', 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');

export function isRefusedAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return refused.check(mapped, 'ipv4');
  return isIP(address) === 6 ? refused.check(address, 'ipv6') : refused.check(address, 'ipv4');
}

export function refusedAddress(host: string): PenstockError {
  return new PenstockError('address-refused', `Messages are not sent to ${host}: that is an address of the machine's own network, where clouds keep credentials.`, {
    remedy: 'Check the address; if it is right, allow link-local addresses for this channel.',
  });
}

/** Looks a name up and refuses what it stands for at the moment of connecting, so that a name cannot mean another machine later. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const found = addresses.filter(({ address }) => !isRefusedAddress(address));
    const [first] = found;
    if (first === undefined || found.length < addresses.length) {
      callback(refusedAddress(hostname) as unknown as NodeJS.ErrnoException, '', 0);
      return;
    }
    if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

import { describe, expect, it } from 'vitest';
import { agentsIn, boardsIn, checkBoardName } from '../../../electron/link/virtual/sockets.ts';

/** As the kernel writes it; columns: Num RefCount Protocol Flags Type St Inode Path. */
const text = `Num       RefCount Protocol Flags    Type St Inode Path
00000000e561cad1: 00000002 00000000 00010000 0001 01 23966 @qda-lab/1000/second/ctl
0000000014a1f1ad: 00000003 00000000 00000000 0001 03 23967 @qda-lab/1000/second/ctl
00000000f0a1f1ad: 00000002 00000000 00010000 0005 01 23968 @qda-lab/1000/second/vqda
00000000a0a1f1ad: 00000002 00000000 00010000 0001 01 23969 @qda-lab/1000/first/ctl
00000000b0a1f1ad: 00000002 00000000 00010000 0001 01 23970 @qda-lab/0/roots/ctl
00000000c0a1f1ad: 00000003 00000000 00000000 0001 03 23971 @qda-lab/1000/gone/ctl
00000000d0a1f1ad: 00000002 00000000 00010000 0001 01 23972 @qda-lab/1000/a/b/ctl
00000000e0a1f1ad: 00000002 00000000 00010000 0001 01 23973 @qda-lab/1000/../ctl/ctl
00000000e1a1f1ad: 00000002 00000000 00010000 0001 01 23974 /tmp/qda-lab/1000/file/ctl
00000000e2a1f1ad: 00000002 00000000 00010000 0001 01 23975
`;

describe('virtual boards in /proc/net/unix', () => {
  it('are the listening control sockets of this user', () => {
    expect(boardsIn(text, 1000)).toEqual(['first', 'second']);
    expect(boardsIn(text, 0)).toEqual(['roots']);
    expect(boardsIn('', 0)).toEqual([]);
  });

  it('have the agents that listen there for this user', () => {
    const agents = `${text}00000000e561cad1: 00000002 00000000 00010000 0001 01 1 @qda-lab/1000/first/agent-ab
00000000e561cad2: 00000003 00000000 00000000 0001 03 2 @qda-lab/1000/second/agent-cd
00000000e561cad3: 00000002 00000000 00010000 0001 01 3 @qda-lab/0/first/agent-ef`;
    expect(agentsIn(agents, 1000, 'first')).toEqual(['@qda-lab/1000/first/agent-ab']);
    expect(agentsIn(agents, 1000, 'second')).toEqual([]);
  });
});

describe('names of virtual boards', () => {
  it.each(['virtual', 'demo-1', 'A.b_c', 'x'.repeat(32)])('%s is one', (name) => {
    expect(checkBoardName(name)).toEqual({ ok: true, value: name });
  });

  it.each(['', 'a b', 'a/b', 'ä', 'x'.repeat(33), '\0'])('%j is none', (name) => {
    expect(checkBoardName(name)).toMatchObject({ ok: false, problem: { code: 'bad-board-name' } });
  });
});

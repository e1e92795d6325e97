/**
 * The page-table routines of a ported kernel, in the form of `support-code.ts`.
 *
 * A page table is plain memory until its root is first loaded. Then the kernel marks it in its p2m, takes RW from every entry that
 * maps it at its own address, pins the root, and from then on writes it through a queue of mmu_update requests, or by stores that
 * Xen traps. With the kernel in ring 3, each table has a twin with the user's pages only, a fixed number of frames above it.
 */

const sixteen = Array.from({ length: 15 }, (_, i) => `or eax, [esi + ebx*4 + map + ${i * 4 + 4}]`).join(' | ');

/** The routines. */
export const pagingSupport = `
x_to_physical: pushf | push eax | mov eax, [esp + 12] | shr eax, 12 | mov eax, [m2p + eax*4]
shl eax, 12 | mov [esp + 12], eax | pop eax | popf | ret
x_flush_ptes: pushf | pusha | call flush | popa | popf | ret
flush: mov ecx, [count] | jecxz .none | mov dword [count], 0 | mov eax, 1 ; mmu_update
mov ebx, queue | xor edx, edx | mov esi, 0x7ff0 | int 0x82 | test eax, eax | js bug | .none: ret
mmuext: mov eax, 26 ; ECX operations in arg
mov ebx, arg | xor edx, edx | mov esi, 0x7ff0 | int 0x82 | test eax, eax | js bug | ret
x_invlpg: pushf | pusha | call flush | mov dword [arg], 7 | mov eax, [esp + 40] | mov [arg + 4], eax
mov ecx, 1 | call mmuext | jmp done
x_set_pte: pushf ; value, address
pusha | mov esi, [esp + 40] | mov eax, [esp + 44] | test al, 1 | jz .machine | mov ebx, eax | shr ebx, 12
mov ecx, -1 | cmp ebx, total | jae .frame | mov ecx, [p2m + ebx*4] | .frame: and eax, 0xfff
mov edx, ecx | shl edx, 12 | or eax, edx | .machine: mov edi, esi | shr edi, 12 | cmp edi, frames
jae bug | mov edx, [p2m + edi*4] | test edx, edx | jns .store | test al, 1 | jz .store | test edx, level2
jz .page | mov edx, ebx ; a table for a directory in use
cmp edx, frames | jae bug | push eax | push esi | call adopt
@trap push ebx | call pin_tables | pop ebx
pop esi | pop eax
@64 call store | mov edx, [p2m + ebx*4 + frames*4] | call twin | jmp .out
jmp .store | .page: test ecx, ecx ; a page table is mapped read-only
jns .store | and eax, -3 | .store:
@trap inc dword [trapping]
call store
@64 call shade
@trap dec dword [trapping]
.out: popa | popf | ret 8
store: mov ecx, esi ; EAX, an entry as Xen wants it, to ESI; keeps EAX, ESI, EBX, EBP
shr ecx, 12 | mov ecx, [p2m + ecx*4] | test ecx, ecx | js .used | mov [esi + map], eax | ret | .used:
@trap cmp dword [trapping], 0 | je .call | test ecx, level2 | jnz .call | mov [esi + map], eax | ret | .call:
shl ecx, 12 | mov edx, esi | and edx, 0xfff | or edx, ecx | mov ecx, [count] | mov edi, ecx | shl edi, 4
mov [edi + queue], edx | mov dword [edi + queue + 4], 0 | mov [edi + queue + 8], eax
mov dword [edi + queue + 12], 0 | inc ecx | mov [count], ecx | cmp ecx, batch | jb .kept | push eax
push ebx | push esi | call flush | pop esi | pop ebx | pop eax | .kept: ret
@64 shade: test al, 4 ; the user's copy has user pages only
@64 jnz .user | xor eax, eax | .user: push esi | add esi, frames*4096 | call store | pop esi | ret
@64 twin: and eax, 0xfff ; the user's directory has the user's tables
@64 shl edx, 12 | or eax, edx | jmp shade
guard: mov eax, [esi + map] ; takes RW from the entry at ESI if it maps frame EDX
mov ecx, eax | and ecx, 3 | cmp ecx, 3 | jne .out | mov ecx, eax | shr ecx, 12 | mov edi, [p2m + edx*4]
and edi, 0xfffff | cmp ecx, edi | jne .out | push edx | and eax, -3 | call store
@64 cmp esi, frames*4096 | jae .own | call shade | .own:
pop edx | .out: ret
guard_root: mov esi, ebp ; frame EDX in the root of frame EBP
shl esi, 12 | mov esi, [esi + map] | test esi, 1 | jz guard.out | shr esi, 12 | mov esi, [m2p + esi*4]
shl esi, 12 | lea esi, [esi + edx*4] | jmp guard
adopt: test dword [p2m + edx*4], used ; frame EDX is to be a page table
jnz guard.out | or dword [p2m + edx*4], used | inc dword [tables] | mov eax, [tables]
mov [tables + eax*4], edx | push ebp | push ebx | xor ebx, ebx | .root: inc ebx | cmp ebx, [roots]
ja .own | mov ebp, [roots + ebx*4] | call guard_root | jmp .root | .own: mov esi, (boot + 2)*4096
lea esi, [esi + edx*4] | call guard
@64 add edx, frames | or dword [p2m + edx*4], used | mov esi, (boot + 2)*4096 | lea esi, [esi + edx*4]
@64 call guard | sub edx, frames
pop ebx | pop ebp | ret
x_load_cr3: pushf | pusha | mov ebp, [esp + 40] | shr ebp, 12 | cmp ebp, frames | jae bug
test dword [p2m + ebp*4], level2 | jnz .known | inc dword [roots] ; the first use of this root
mov eax, [roots] | cmp eax, 64 | ja bug | mov [roots + eax*4], ebp | mov esi, ebp | shl esi, 12
xor ebx, ebx | .group: mov eax, [esi + ebx*4 + map] ; sixteen slots at a time: most are empty
${sixteen}
jnz .slot | add ebx, 15 | jmp .next | .slot: mov eax, [esi + ebx*4 + map] | test al, 1 | jz .next
mov edx, eax | shr edx, 12 | cmp edx, 1024 | jae bug | mov edx, [m2p + edx*4] | cmp edx, frames | jae bug
push esi
@64 push eax | push edx | lea esi, [esi + ebx*4] | mov edx, [p2m + edx*4 + frames*4] | call twin | pop edx
@64 pop eax
call adopt | pop esi | .next: inc ebx | test ebx, 15 | jnz .slot | cmp ebx, slot + 1 | jne .group
mov eax, [kernel_pde] | mov [esi + map + slot*4], eax | mov edx, ebp | call adopt
or dword [p2m + ebp*4], level2
@64 or dword [p2m + ebp*4 + frames*4], level2
xor ebx, ebx | .guard: inc ebx | mov edx, [tables + ebx*4] | call guard_root | cmp ebx, [tables]
jb .guard
@trap call pin_tables
call flush | mov ecx, 1 ; MMUEXT_PIN_L2_TABLE
mov ebx, ecx | call op | call mmuext | .known: call flush | mov ecx, 5 ; NEW_BASEPTR, NEW_USER_BASEPTR
mov ebx, 15 | call op | call mmuext | cmp dword [roots + 4], boot | jne done
mov eax, [roots] ; the builder's tables are not needed any more
mov ebx, [roots + eax*4] | mov [roots + 4], ebx | dec dword [roots] | mov eax, [p2m + boot*4]
and eax, 0xfffff | mov dword [arg], 4 | mov [arg + 4], eax | mov ecx, 1
@64 mov eax, [p2m + boot*4 + 16*4] | mov dword [arg + 12], 4 | mov [arg + 16], eax | mov ecx, 2
call mmuext | jmp done
@trap pin_tables: push ebp ; L1 tables that stores are to be trapped in stay L1 tables
@trap call flush | .next: mov ebx, [pinned] | cmp ebx, [tables] | jae .done | inc ebx | mov [pinned], ebx
@trap mov ebp, [tables + ebx*4] | test dword [p2m + ebp*4], level2 | jnz .next
@trap xor ecx, ecx ; MMUEXT_PIN_L1_TABLE
@trap xor ebx, ebx | call op | call mmuext | jmp .next | .done: pop ebp | ret
op: mov [arg], ecx ; the operation for root EBP, and for the user's
mov eax, [p2m + ebp*4] | and eax, 0xfffff | mov [arg + 4], eax | mov ecx, 1
@64 mov [arg + 12], ebx | mov eax, [p2m + ebp*4 + frames*4] | and eax, 0xfffff | mov [arg + 16], eax
@64 mov ecx, 2
ret`;

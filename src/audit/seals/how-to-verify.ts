/** Goes with every export, so that it can be verified where there is no Almanac. */
export const howToVerify = `# How to verify this export

With Almanac:

    npm run audit:verify -- --export FOLDER --keys FOLDER_WITH_TRUSTED_KEYS

By hand, with jq, sha256sum, openssl and xxd. Trust only keys that you were given by another way than this export, or
whose id (below) you were given.

1. The id of a key is the first 32 hex digits of the SHA-256 of its DER form:

       openssl pkey -pubin -in keys/KID.pub.pem -outform der | sha256sum

2. Each line of seals.ndjson is an entry of the chain. Its \`statement\` is the text that was signed with the key that
   it names as \`kid\` (Ed25519):

       sed -n 2p seals.ndjson | jq -j .statement > statement
       sed -n 2p seals.ndjson | jq -r .signature | base64 -d > signature
       openssl pkeyutl -verify -pubin -inkey keys/KID.pub.pem -rawin -in statement -sigfile signature

3. \`previous\` in each statement is the SHA-256 of the statement before it; \`number\` counts without gaps; an entry of
   kind \`rotation\` names the key that signs what follows.

       sed -n 1p seals.ndjson | jq -j .statement | sha256sum
       sed -n 2p seals.ndjson | jq -r .statement | jq -r .previous

4. Each line of events.ndjson is an AuditEvent as it was stored, in canonical form (RFC 8785). Its hash is the SHA-256
   of the line without the line feed, and stands in \`leaves\` of the seal that has its id at the same place of \`ids\`:

       sed -n 1p events.ndjson | tr -d '\\n' | sha256sum
       sed -n 2p seals.ndjson | jq -r '.leaves[0]'

5. \`root\` of a seal is made of its leaves: neighbours are hashed together as SHA-256(0x01, left, right), one without a
   neighbour goes up as it is, until one is left:

       sed -n 2p seals.ndjson | jq -r '.leaves[]' > level
       while [ "$(wc -l < level)" -gt 1 ]; do
         paste -d ' ' - - < level | while read -r left right; do
           if [ -z "$right" ]; then echo "$left"
           else printf '01%s%s' "$left" "$right" | xxd -r -p | sha256sum | cut -d ' ' -f 1; fi
         done > above; mv above level
       done
       cat level

6. \`first\` and \`count\` of the seals follow each other without gaps: no event is missing between them. The last entry is
   the \`head\` of manifest.json: compare it with what the clinic or a witness told you by another way.
`

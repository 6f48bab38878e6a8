const able = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined

for (const button of document.querySelectorAll('button[data-passkey]')) {
  const form = button.closest('form')
  const told = form.querySelector('[role="status"]')
  if (!able) {
    told.textContent = told.dataset.unable
    continue
  }
  button.disabled = false
  button.addEventListener('click', async () => {
    if (!form.reportValidity()) return
    told.textContent = ''
    button.disabled = true
    try {
      form.elements.answer.value = JSON.stringify(await ask(button.dataset))
      form.submit()
    } catch {
      told.textContent = told.dataset.failed
      button.disabled = false
    }
  })
}

async function ask({ passkey, options }) {
  const wish = JSON.parse(options)
  const credential =
    passkey === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wish),
        })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(wish) })
  return credential.toJSON()
}

// The page is whole without this: it only adds a button where the browser lets a page write to the clipboard.
const status = document.querySelector('[role="status"]')

for (const figure of navigator.clipboard === undefined ? [] : document.querySelectorAll('figure')) {
  const code = figure.querySelector('code')
  const caption = figure.querySelector('figcaption')
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = status.dataset.copy
  button.setAttribute('aria-label', `${status.dataset.copy}: ${caption.textContent}`)
  button.addEventListener('click', async () => {
    // Emptied first, so that saying the same again is heard again.
    status.textContent = ''
    const done = await navigator.clipboard.writeText(code.textContent).then(
      () => true,
      () => false,
    )
    status.textContent = done ? status.dataset.copied : status.dataset.notCopied
  })
  caption.append(button)
}

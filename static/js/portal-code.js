// The QR picture on a paper leads here with the code behind "#", which no server ever sees: put it into the field.
const field = document.querySelector("#id_code");
const code = decodeURIComponent(location.hash.slice(1)).replace(/[^0-9A-Za-z]/g, "").slice(0, 40);
if (field && code) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
}
